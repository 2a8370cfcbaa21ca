package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.CertificatePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a quote is about, found out before it is judged.
 *
 * @param evidence as it was given
 * @param pool all certificates
 * @param path of the PCK certificate
 * @param pck what its certificate says of the platform; empty if that cannot be read
 * @param pckProblem why not
 * @param tcbInfo the one of the platform, else any; empty if none is given
 * @param qeIdentity empty if none is given
 */
record TdxSubject(
        TdxEvidence evidence,
        List<Certificate> pool,
        CertificatePath path,
        Optional<PckExtension> pck,
        String pckProblem,
        Optional<TcbInfo> tcbInfo,
        Optional<QeIdentity> qeIdentity) {

    static TdxSubject of(TdxEvidence evidence, List<Certificate> anchors) {
        List<Certificate> pool = new ArrayList<>(evidence.quote().signature().chain());
        pool.addAll(evidence.certificates());
        pool.addAll(anchors);
        Certificate leaf = evidence.quote().signature().chain().get(0);
        Optional<PckExtension> pck = Optional.empty();
        String problem = "";
        try {
            pck = Optional.of(PckExtension.read(leaf));
        } catch (FormatException e) {
            problem = e.getMessage();
        }
        Optional<PckExtension> platform = pck;
        Optional<TcbInfo> tcbInfo = evidence.tcbInfos().stream()
                .filter(it ->
                        platform.map(pckOf -> pckOf.fmspc().equals(it.fmspc())).orElse(false))
                .findFirst()
                .or(() -> evidence.tcbInfos().stream().findFirst());
        return new TdxSubject(
                evidence,
                pool,
                CertificatePath.build(leaf, pool),
                pck,
                problem,
                tcbInfo,
                evidence.qeIdentities().stream().findFirst());
    }

    TdxQuote quote() {
        return evidence.quote();
    }
}
