package dev.igvmtool.measurement.corim;

import dev.igvmtool.format.header.PlatformType;
import java.util.Optional;

/** The platforms whose launch digests a CoRIM document can endorse, with their registered names. */
public enum CorimEnvironment {
    SNP("AMD", "SEV-SNP", "MEASUREMENT", 7, 48, "77e8061e-4634-5e53-a848-d1d09e996843"),
    TDX("Intel", "TDX", "MRTD", 7, 48, "e0510081-7b78-5b2a-97a6-d73d890e07b6"),
    VBS("Microsoft", "VBS", "MEASUREMENT", 1, 32, "2e29068e-e0fa-59e6-b0ff-3bfe09132e13");

    private final String vendor;
    private final String model;
    private final String measurementKey;
    private final int algorithm;
    private final int digestBytes;
    private final String tagId;

    CorimEnvironment(String vendor, String model, String measurementKey, int algorithm, int digestBytes, String tagId) {
        this.vendor = vendor;
        this.model = model;
        this.measurementKey = measurementKey;
        this.algorithm = algorithm;
        this.digestBytes = digestBytes;
        this.tagId = tagId;
    }

    /** The environment of a platform, if it has one. */
    public static Optional<CorimEnvironment> of(PlatformType platform) {
        return switch (platform) {
            case SEV_SNP -> Optional.of(SNP);
            case TDX -> Optional.of(TDX);
            case VSM_ISOLATION -> Optional.of(VBS);
            case NATIVE, SEV, SEV_ES, CCA -> Optional.empty();
        };
    }

    /** Vendor of the environment's class. */
    public String vendor() {
        return vendor;
    }

    /** Model of the environment's class. */
    public String model() {
        return model;
    }

    /** Key (mkey) of the measurement. */
    public String measurementKey() {
        return measurementKey;
    }

    /** Number in the IANA registry of named information hash algorithms. */
    public int algorithm() {
        return algorithm;
    }

    /** Length of a digest in bytes. */
    public int digestBytes() {
        return digestBytes;
    }

    /**
     * Identity of the CoMID tag: UUID version 5 of namespace {@code 85f3f1c2-22a8-441e-a1b9-bccfb63ed5f7} and name
     * {@code vendor/model}, lower case.
     */
    public String tagId() {
        return tagId;
    }
}
