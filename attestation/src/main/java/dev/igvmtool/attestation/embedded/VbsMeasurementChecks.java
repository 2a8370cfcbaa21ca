package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.embedded.ImageVerifier.EmbeddedParts;
import dev.igvmtool.attestation.embedded.ImageVerifier.Measured;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.format.header.VbsMeasurement;
import java.util.ArrayList;
import java.util.List;

/** The signed boot digest of a VBS image. */
final class VbsMeasurementChecks {
    private static final String NAME = "VBS measurement";
    private static final String CLAUSE = "IGVM, IGVM_VHS_VBS_MEASUREMENT";
    private static final int SHA256 = 1;
    private static final int ECDSA_P384 = 1;

    private VbsMeasurementChecks() {}

    static List<Verdict> checks(EmbeddedParts parts, Measured measured) {
        List<VbsMeasurement> headers = parts.vbsMeasurements();
        if (headers.isEmpty()) {
            return List.of();
        }
        VbsMeasurement header = headers.get(0);
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal("headers", headers.size(), 1, CLAUSE));
        checks.add(parts.maskCheck(header));
        checks.add(Check.equal("version", header.version(), 1, CLAUSE));
        checks.add(Check.equal("digest algorithm", header.bootDigestAlgo(), SHA256, CLAUSE));
        checks.add(Check.equal("signing algorithm", header.signingAlgo(), ECDSA_P384, CLAUSE));
        String expected = measured.digest()
                .map(digest -> digest.paddedTo(header.bootMeasurementDigest().size()))
                .map(Bytes::toHex)
                .orElse("a file that can be measured");
        checks.add(Check.equal("boot digest", header.bootMeasurementDigest().toHex(), expected, CLAUSE));
        checks.add(Check.skipped(
                "signature", "", CLAUSE, "its format and the form of its key are not public; it is not verified"));
        return List.of(new Group(NAME, checks));
    }
}
