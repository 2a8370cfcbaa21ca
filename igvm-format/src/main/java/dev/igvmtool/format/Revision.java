package dev.igvmtool.format;

/**
 * Version of the fixed header, and the architecture: version 1 is always for x64. The page size is 4096 in both.
 *
 * @param formatVersion 1 or 2
 * @param architecture processor architecture
 */
public record Revision(int formatVersion, Architecture architecture) {
    /** Version 1, for x64. */
    public static final Revision V1 = new Revision(1, Architecture.X64);

    /** Version 2 for x64. */
    public static final Revision V2_X64 = new Revision(2, Architecture.X64);

    /** Version 2 for AArch64. */
    public static final Revision V2_AARCH64 = new Revision(2, Architecture.AARCH64);

    public Revision {
        if (formatVersion != 1 && formatVersion != 2) {
            throw new IllegalArgumentException("format version " + formatVersion + ", expected 1 or 2");
        }
        if (formatVersion == 1 && architecture != Architecture.X64) {
            throw new IllegalArgumentException("format version 1 is for X64 only");
        }
    }
}
