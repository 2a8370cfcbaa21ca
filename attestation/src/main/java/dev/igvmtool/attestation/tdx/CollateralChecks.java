package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.CertificatePath;
import dev.igvmtool.measurement.ecdsa.Ecdsa;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether collateral is Intel's, current, and for this platform. */
final class CollateralChecks {
    private static final String SIGNER = "Intel SGX TCB Signing";
    private static final String SERVICE = "https://api.trustedservices.intel.com/tdx/certification/v4/";
    private static final int TCB_INFO_VERSION = 3;
    private static final int IDENTITY_VERSION = 2;

    private final TdxSubject subject;
    private final TdxPolicy policy;
    private final PckChecks certificates;
    private final Instant at;

    CollateralChecks(TdxSubject subject, TdxPolicy policy, PckChecks certificates, Instant at) {
        this.subject = subject;
        this.policy = policy;
        this.certificates = certificates;
        this.at = at;
    }

    Verdict tcbInfo() {
        if (subject.tcbInfo().isEmpty()) {
            String fmspc = subject.pck().map(pck -> pck.fmspc().toHex()).orElse("FMSPC");
            return Check.missing(
                    "TCB info", TdxClause.TCB_INFO, "not given; it is at " + SERVICE + "tcb?fmspc=" + fmspc);
        }
        TcbInfo info = subject.tcbInfo().get();
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("id", info.id(), "TDX", TdxClause.TCB_INFO));
        checks.add(Check.equal("version", info.version(), TCB_INFO_VERSION, TdxClause.TCB_INFO));
        checks.addAll(document(info.document(), TdxClause.TCB_INFO));
        if (subject.pck().isPresent()) {
            PckExtension pck = subject.pck().get();
            checks.add(Check.equal("FMSPC", info.fmspc().toHex(), pck.fmspc().toHex(), TdxClause.TCB_INFO));
            checks.add(Check.equal("PCEID", info.pceId().toHex(), pck.pceId().toHex(), TdxClause.TCB_INFO));
        } else {
            checks.add(Check.missing("FMSPC", TdxClause.TCB_INFO, "the PCK certificate does not tell it"));
        }
        return new Group("TCB info", checks);
    }

    Verdict qeIdentity() {
        if (subject.qeIdentity().isEmpty()) {
            return Check.missing(
                    "identity of the quoting enclave",
                    TdxClause.IDENTITY,
                    "not given; it is at " + SERVICE + "qe/identity");
        }
        QeIdentity identity = subject.qeIdentity().get();
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("id", identity.id(), "TD_QE", TdxClause.IDENTITY));
        checks.add(Check.equal("version", identity.version(), IDENTITY_VERSION, TdxClause.IDENTITY));
        checks.addAll(document(identity.document(), TdxClause.IDENTITY));
        SgxReport report = subject.quote().qeReport();
        checks.add(masked(
                "MISCSELECT", new Masked(report.miscSelect(), identity.miscSelectMask()), identity.miscSelect()));
        checks.add(masked(
                "ATTRIBUTES", new Masked(report.attributes(), identity.attributesMask()), identity.attributes()));
        checks.add(Check.equal(
                "MRSIGNER", report.mrSigner().toHex(), identity.signer().toHex(), TdxClause.IDENTITY));
        checks.add(Check.equal("ISVPRODID", report.isvProdId(), identity.productId(), TdxClause.IDENTITY));
        return new Group("identity of the quoting enclave", checks);
    }

    private static Check masked(String name, Masked found, Bytes expected) {
        return Check.equal(name, found.toHex(), expected.toHex(), TdxClause.IDENTITY)
                .withNote("under mask " + found.mask().toHex());
    }

    private List<Verdict> document(SignedCollateral document, String clause) {
        List<Verdict> checks = new ArrayList<>();
        boolean current = !at.isBefore(document.issued()) && !at.isAfter(document.nextUpdate());
        checks.add(Check.of(
                "current",
                current,
                document.issued() + " to " + document.nextUpdate(),
                at.truncatedTo(ChronoUnit.SECONDS) + " within",
                clause));
        long number = document.evaluationNumber();
        checks.add(
                policy.minimumEvaluationNumber.isPresent()
                        ? Check.of(
                                "TCB evaluation",
                                number >= policy.minimumEvaluationNumber.getAsInt(),
                                String.valueOf(number),
                                "at least " + policy.minimumEvaluationNumber.getAsInt(),
                                clause)
                        : Check.skipped(
                                "TCB evaluation", String.valueOf(number), clause, "the policy does not ask for it"));
        Optional<Certificate> signer = signer(document);
        if (signer.isEmpty()) {
            checks.add(Check.missing("signature", clause, "no certificate of " + SIGNER + " is given"));
        } else {
            boolean good = isSigned(document, signer.get());
            checks.add(Check.equal("signature", good ? "good" : "bad", "good", clause));
            checks.addAll(certificates.signer(CertificatePath.build(signer.get(), subject.pool())));
        }
        return checks;
    }

    /** The one whose key fits, else any of that name. */
    private Optional<Certificate> signer(SignedCollateral document) {
        List<Certificate> named = subject.pool().stream()
                .filter(it -> it.commonName().equals(SIGNER))
                .toList();
        return named.stream().filter(it -> isSigned(document, it)).findFirst().or(() -> named.stream()
                .findFirst());
    }

    private static boolean isSigned(SignedCollateral document, Certificate signer) {
        return Ecdsa.P256.verify(signer.x509().getPublicKey(), document.signed(), document.signature());
    }
}
