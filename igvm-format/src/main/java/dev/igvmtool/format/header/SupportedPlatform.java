package dev.igvmtool.format.header;

/**
 * {@code IGVM_VHS_SUPPORTED_PLATFORM}: a platform that the file can be loaded on.
 *
 * @param compatibilityMask the one bit that stands for this platform in the masks of later headers
 * @param highestVtl highest VTL that the guest uses, 0 or 2
 * @param platformType what isolates the guest
 * @param platformVersion version of the platform, 1
 * @param sharedGpaBoundary GPA from which on memory is shared with the host; 0 if the guest decides
 */
public record SupportedPlatform(
        int compatibilityMask, int highestVtl, PlatformType platformType, int platformVersion, long sharedGpaBoundary)
        implements PlatformHeader {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.supportedPlatform(this);
    }
}
