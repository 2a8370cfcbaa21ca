package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.hv.VsmPartitionConfig;

/** Which events of VTL0 the paravisor asks for: value of {@code HvRegisterVsmPartitionConfig}, without isolation. */
public final class VsmConfiguration {
    private VsmConfiguration() {}

    /**
     * The register for a partition without isolation.
     *
     * @param capabilities value of {@code HvRegisterVsmCapabilities}
     * @param restorePartitionTime true if CPUID offers the intercept
     */
    public static long withoutIsolation(long capabilities, boolean restorePartitionTime) {
        long value = VsmPartitionConfig.ENABLE_VTL_PROTECTION
                | (long) GpaProtection.ALL << VsmPartitionConfig.DEFAULT_PROTECTION_SHIFT
                | VsmPartitionConfig.ZERO_MEMORY_ON_RESET
                | VsmPartitionConfig.INTERCEPT_UNIMPLEMENTED_CPUID
                | VsmPartitionConfig.INTERCEPT_UNRECOVERABLE_EXCEPTION;
        value |= when(capabilities, VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, VsmPartitionConfig.INTERCEPT_PAGE);
        value |= when(
                capabilities,
                VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE,
                VsmPartitionConfig.INTERCEPT_NOT_PRESENT);
        value |= when(
                capabilities,
                VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE,
                VsmPartitionConfig.INTERCEPT_SYSTEM_RESET);
        return restorePartitionTime ? value | VsmPartitionConfig.INTERCEPT_RESTORE_PARTITION_TIME : value;
    }

    private static long when(long capabilities, long capability, long bit) {
        return (capabilities & capability) != 0 ? bit : 0;
    }
}
