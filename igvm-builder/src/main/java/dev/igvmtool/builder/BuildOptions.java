package dev.igvmtool.builder;

/**
 * Switches of a build, as igvmfilegen has them.
 *
 * @param disableSecureAvic every SNP configuration is built without secure AVIC
 * @param confidentialDebug {@code OPENHCL_CONFIDENTIAL_DEBUG=1} is appended to every OpenHCL command line
 */
public record BuildOptions(boolean disableSecureAvic, boolean confidentialDebug) {
    /** The manifest as it is. */
    public static final BuildOptions NONE = new BuildOptions(false, false);
}
