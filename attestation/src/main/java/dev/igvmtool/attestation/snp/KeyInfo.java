package dev.igvmtool.attestation.snp;

/**
 * The key word of a report.
 *
 * <p>Specification: SEV-SNP firmware ABI, ATTESTATION_REPORT, offset 0x48.
 *
 * @param bits as in the report
 */
public record KeyInfo(int bits) {
    private static final int AUTHOR_KEY_EN = 1;
    private static final int MASK_CHIP_KEY = 1 << 1;
    private static final int SIGNING_KEY_SHIFT = 2;
    private static final int SIGNING_KEY_MASK = 7;
    private static final int KNOWN = 0x1f;

    /** True if the ID key was signed by an author key. */
    public boolean authorKeyEnabled() {
        return (bits & AUTHOR_KEY_EN) != 0;
    }

    /** True if the host chose to have reports without signature by the chip's key. */
    public boolean chipKeyMasked() {
        return (bits & MASK_CHIP_KEY) != 0;
    }

    /** Who signed. */
    public SigningKey signingKey() {
        return SigningKey.of(bits >>> SIGNING_KEY_SHIFT & SIGNING_KEY_MASK);
    }

    /** Bits without meaning. */
    public int reserved() {
        return bits & ~KNOWN;
    }
}
