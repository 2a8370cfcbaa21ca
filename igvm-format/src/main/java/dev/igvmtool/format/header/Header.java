package dev.igvmtool.format.header;

/** A variable header of any section. */
public sealed interface Header permits PlatformHeader, InitializationHeader, Directive {
    /** Compatibility mask of headers that do not carry one: they are for every platform. */
    int ALL_PLATFORMS = -1;

    /** The platforms that the header is for, one bit each; {@link #ALL_PLATFORMS} for headers without a mask. */
    default int compatibilityMask() {
        return ALL_PLATFORMS;
    }

    /** True if the header is for at least one of the platforms in {@code mask}. */
    default boolean appliesTo(int mask) {
        return (compatibilityMask() & mask) != 0;
    }
}
