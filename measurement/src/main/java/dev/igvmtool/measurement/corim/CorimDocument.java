package dev.igvmtool.measurement.corim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.cbor.CborWriter;

/**
 * The CoRIM document that endorses one launch digest: a reference value for the platform's environment, and the
 * security version number that it stands for.
 *
 * <p>Specification: draft-ietf-rats-corim; content as {@code igvmfilegen} embeds it.
 */
public final class CorimDocument {
    static final String PROFILE = "tag:microsoft.com,2026:launch-measurement/v1";
    static final int TAG_CORIM = 501;
    static final int TAG_COMID = 506;
    static final int TAG_SVN = 552;

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
        out.integer(0).text(environment.vendor() + "/" + environment.model() + "/launch-measurement");
        out.integer(1).array(1).tag(TAG_COMID).bytes(comid);
        out.integer(3).text(PROFILE);
        return out.toBytes();
    }

    private static Bytes comid(CorimEnvironment environment, Bytes digest, long svn) {
        CborWriter out = new CborWriter();
        out.map(2);
        out.integer(1).map(1).integer(0).text(environment.tagId());
        out.integer(4).map(2);
        // Reference triples: one environment, one measurement.
        out.integer(0).array(1).array(2);
        environment(out, environment);
        out.array(1);
        measurement(out, environment, digest);
        // Conditional endorsement series: where that measurement matches, this SVN holds.
        out.integer(8).array(1).array(2);
        out.array(2);
        environment(out, environment);
        out.array(0);
        out.array(1).array(2);
        out.array(1);
        measurement(out, environment, digest);
        out.array(1).map(1).integer(1).map(1).integer(1).tag(TAG_SVN).integer(svn);
        return out.toBytes();
    }

    private static void environment(CborWriter out, CorimEnvironment environment) {
        out.map(1).integer(0).map(2);
        out.integer(1).text(environment.vendor());
        out.integer(2).text(environment.model());
    }

    private static void measurement(CborWriter out, CorimEnvironment environment, Bytes digest) {
        out.map(2);
        out.integer(0).text(environment.measurementKey());
        out.integer(1).map(1).integer(2).array(1).array(2);
        out.integer(environment.algorithm()).bytes(digest);
    }
}
