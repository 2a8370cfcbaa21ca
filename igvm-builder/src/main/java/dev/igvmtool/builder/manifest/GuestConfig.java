package dev.igvmtool.builder.manifest;

/**
 * One platform of the image.
 *
 * @param guestSvn security version, u32; only in what accompanies the image
 * @param maxVtl 0, or 2 if a paravisor is present
 * @param isolation for which isolation the image is laid out
 * @param image what is loaded
 */
public record GuestConfig(long guestSvn, int maxVtl, IsolationConfig isolation, Image image) {
    /** True if VTL2 exists, and a paravisor in it. */
    public boolean withParavisor() {
        return maxVtl == 2;
    }
}
