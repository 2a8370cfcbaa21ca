package dev.igvmtool.format.header;

/** A header of the platform section. */
public sealed interface PlatformHeader extends Header permits SupportedPlatform, UnknownPlatformHeader {
    /** Calls the method of {@code visitor} for this case. */
    <R> R accept(Visitor<R> visitor);

    /** One method per case. */
    interface Visitor<R> {
        R supportedPlatform(SupportedPlatform header);

        R unknown(UnknownPlatformHeader header);
    }
}
