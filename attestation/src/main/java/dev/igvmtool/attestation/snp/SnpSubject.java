package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a report is about, found out before it is judged: the certificate of its signer, the product and the layout of its
 * TCB versions.
 *
 * @param evidence as it was given
 * @param pool all certificates
 * @param leaf certificate of the signer; empty if none fits
 * @param key its extensions; empty if there is no leaf or they cannot be read
 * @param keyProblem why they cannot be read
 * @param product empty if nothing tells
 * @param layout of the TCB versions
 * @param layoutSource what it was taken from
 */
record SnpSubject(
        SnpEvidence evidence,
        List<Certificate> pool,
        Optional<Certificate> leaf,
        Optional<EndorsementKey> key,
        String keyProblem,
        Optional<SnpProduct> product,
        TcbLayout layout,
        String layoutSource) {

    static SnpSubject of(SnpEvidence evidence, List<Certificate> anchors, SnpPolicy policy) {
        List<Certificate> pool = new ArrayList<>(evidence.certificates());
        evidence.table().ifPresent(table -> pool.addAll(certificates(table)));
        pool.addAll(anchors);
        Optional<Certificate> leaf = leaf(evidence, pool);
        Optional<EndorsementKey> key = Optional.empty();
        String problem = "";
        if (leaf.isPresent()) {
            try {
                key = Optional.of(EndorsementKey.read(leaf.get()));
            } catch (FormatException e) {
                problem = e.getMessage();
            }
        }
        return new Resolution(evidence, policy, key).subject(pool, leaf, problem);
    }

    private static List<Certificate> certificates(CertificateTable table) {
        List<Certificate> certificates = new ArrayList<>();
        for (CertificateTable.Entry entry : table.entries()) {
            if (CertificateGuid.of(entry.guid())
                    .filter(CertificateGuid::isCertificate)
                    .isPresent()) {
                try {
                    certificates.add(Certificate.read(entry.content()));
                } catch (FormatException e) {
                    throw e.in("entry " + entry.guid() + " of the certificate table");
                }
            }
        }
        return certificates;
    }

    /** The signer's certificate: the one whose key fits, else the one of this chip, else any, so that it can be judged. */
    private static Optional<Certificate> leaf(SnpEvidence evidence, List<Certificate> pool) {
        String name = evidence.report().key().signingKey().commonName();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        List<Certificate> named = pool.stream()
                .filter(it -> it.commonName().equals(name))
                .distinct()
                .toList();
        if (named.size() <= 1) {
            return named.stream().findFirst();
        }
        return named.stream()
                .filter(it -> ReportSignature.isGood(evidence.raw(), evidence.report(), it))
                .findFirst()
                .or(() -> named.stream()
                        .filter(it -> isOfChip(it, evidence.report().chipId()))
                        .findFirst())
                .or(() -> named.stream().findFirst());
    }

    private static boolean isOfChip(Certificate certificate, Bytes chipId) {
        try {
            return EndorsementKey.read(certificate).isOfChip(chipId);
        } catch (FormatException e) {
            return false;
        }
    }

    SnpReport report() {
        return evidence.report();
    }

    TcbVersion tcb(Bytes raw) {
        return TcbVersion.of(raw, layout);
    }

    /** Where the product comes from, in order of trust: the signed report, the policy, the certificate, the host. */
    private record Resolution(SnpEvidence evidence, SnpPolicy policy, Optional<EndorsementKey> key) {
        SnpSubject subject(List<Certificate> pool, Optional<Certificate> leaf, String problem) {
            SnpReport report = evidence.report();
            if (report.version() >= SnpReport.VERSION_WITH_CPUID) {
                Optional<SnpProduct> product = SnpProduct.ofCpuid(report.cpuidFamily(), report.cpuidModel());
                if (product.isPresent()) {
                    return subject(pool, leaf, problem, product, "family and model in the report");
                }
            }
            if (policy.product.isPresent()) {
                return subject(pool, leaf, problem, policy.product, "the policy");
            }
            Optional<SnpProduct> named = key.flatMap(EndorsementKey::product);
            if (named.isPresent()) {
                return subject(pool, leaf, problem, named, "the product name of the certificate");
            }
            Optional<SnpProduct> hinted = evidence.table().flatMap(ExtraPlatformInfo::product);
            if (hinted.isPresent()) {
                return subject(pool, leaf, problem, hinted, "the host's certificate table");
            }
            Optional<TcbLayout> byChip = SnpProduct.layoutOfChipId(report.chipId());
            return new SnpSubject(
                    evidence,
                    pool,
                    leaf,
                    key,
                    problem,
                    Optional.empty(),
                    byChip.orElse(TcbLayout.MILAN),
                    byChip.isPresent() ? "the length of the chip id" : "a guess: nothing tells the product");
        }

        private SnpSubject subject(
                List<Certificate> pool,
                Optional<Certificate> leaf,
                String problem,
                Optional<SnpProduct> product,
                String source) {
            TcbLayout layout = product.map(SnpProduct::layout).orElse(TcbLayout.MILAN);
            return new SnpSubject(evidence, pool, leaf, key, problem, product, layout, source);
        }
    }
}
