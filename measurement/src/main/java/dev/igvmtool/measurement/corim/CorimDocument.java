package dev.igvmtool.measurement.corim;

import dev.igvmtool.abi.binary.Bytes;

/**
 * The CoRIM document that endorses one launch digest: a reference value for the platform's environment, and the
 * security version number that it stands for.
 *
 * <p>Specification: draft-ietf-rats-corim; content as {@code igvmfilegen} embeds it.
 */
public final class CorimDocument {
    private static final String PROFILE = "tag:microsoft.com,2026:launch-measurement/v1";
    private static final int TAG_CORIM = 501;
    private static final int TAG_COMID = 506;
    private static final int TAG_SVN = 552;

    private CorimDocument() {}

    /**
     * Encodes the document.
     *
     * @param environment whose digest it is
     * @param digest launch digest, as long as the environment's algorithm says
     * @param svn security version number, 32 bits unsigned
     */
    public static Bytes encode(CorimEnvironment environment, Bytes digest, long svn) {
        if (digest.size() != environment.digestBytes()) {
            throw new IllegalArgumentException("digest of " + digest.size() + " bytes for " + environment);
        }
        Bytes comid = comid(environment, digest, svn);
        CborWriter out = new CborWriter();
        out.tag(TAG_CORIM).map(3);
        out.unsigned(0).text(environment.vendor() + "/" + environment.model() + "/launch-measurement");
        out.unsigned(1).array(1).tag(TAG_COMID).bytes(comid);
        out.unsigned(3).text(PROFILE);
        return out.toBytes();
    }

    private static Bytes comid(CorimEnvironment environment, Bytes digest, long svn) {
        CborWriter out = new CborWriter();
        out.map(2);
        out.unsigned(1).map(1).unsigned(0).text(environment.tagId());
        out.unsigned(4).map(2);
        // Reference triples: one environment, one measurement.
        out.unsigned(0).array(1).array(2);
        environment(out, environment);
        out.array(1);
        measurement(out, environment, digest);
        // Conditional endorsement series: where that measurement matches, this SVN holds.
        out.unsigned(8).array(1).array(2);
        out.array(2);
        environment(out, environment);
        out.array(0);
        out.array(1).array(2);
        out.array(1);
        measurement(out, environment, digest);
        out.array(1).map(1).unsigned(1).map(1).unsigned(1).tag(TAG_SVN).unsigned(svn);
        return out.toBytes();
    }

    private static void environment(CborWriter out, CorimEnvironment environment) {
        out.map(1).unsigned(0).map(2);
        out.unsigned(1).text(environment.vendor());
        out.unsigned(2).text(environment.model());
    }

    private static void measurement(CborWriter out, CorimEnvironment environment, Bytes digest) {
        out.map(2);
        out.unsigned(0).text(environment.measurementKey());
        out.unsigned(1).map(1).unsigned(2).array(1).array(2);
        out.unsigned(environment.algorithm()).bytes(digest);
    }
}
