package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.devicetree.binding.TreeIsolation;

/** Which events of VTL0 the paravisor asks for: value of {@code HvRegisterVsmPartitionConfig}. */
public final class VsmConfiguration {
    private VsmConfiguration() {}

    /**
     * The register's value.
     *
     * @param capabilities value of {@code HvRegisterVsmCapabilities}
     * @param restorePartitionTime true if CPUID offers the intercept
     */
    public static long of(IsolationRules rules, long capabilities, boolean restorePartitionTime) {
        long value = (long) GpaProtection.ALL << VsmPartitionConfig.DEFAULT_PROTECTION_SHIFT
                | VsmPartitionConfig.INTERCEPT_UNRECOVERABLE_EXCEPTION
                | when(capabilities, VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, VsmPartitionConfig.INTERCEPT_PAGE)
                | when(
                        capabilities,
                        VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE,
                        VsmPartitionConfig.INTERCEPT_SYSTEM_RESET);
        if (!rules.isHardware()) {
            value |= VsmPartitionConfig.ENABLE_VTL_PROTECTION
                    | VsmPartitionConfig.ZERO_MEMORY_ON_RESET
                    | VsmPartitionConfig.INTERCEPT_UNIMPLEMENTED_CPUID;
        }
        if (rules.isIsolated()) {
            value |= VsmPartitionConfig.INTERCEPT_ACCEPTANCE;
        } else {
            value |= when(
                    capabilities,
                    VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE,
                    VsmPartitionConfig.INTERCEPT_NOT_PRESENT);
        }
        if (rules.isolation() == TreeIsolation.VBS) {
            value |= VsmPartitionConfig.INTERCEPT_ENABLE_VTL_PROTECTION;
        }
        return restorePartitionTime ? value | VsmPartitionConfig.INTERCEPT_RESTORE_PARTITION_TIME : value;
    }

    private static long when(long capabilities, long capability, long bit) {
        return (capabilities & capability) != 0 ? bit : 0;
    }
}
