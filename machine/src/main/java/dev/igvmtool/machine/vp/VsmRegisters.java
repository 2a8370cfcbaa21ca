package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalLong;

/** Registers of virtual secure mode: what VTLs there are, and how a VTL wants those below it to be watched. */
final class VsmRegisters {
    private static final long VINA_BITS = 0x7ff;
    private static final int MAXIMUM_VTL_SHIFT = 16;
    private static final long FIXED_CONFIG_BITS = VsmPartitionConfig.ENABLE_VTL_PROTECTION
            | VsmPartitionConfig.DEFAULT_PROTECTION_MASK
            | VsmPartitionConfig.ZERO_MEMORY_ON_RESET
            | VsmPartitionConfig.INTERCEPT_ACCEPTANCE
            | VsmPartitionConfig.INTERCEPT_ENABLE_VTL_PROTECTION
            | VsmPartitionConfig.INTERCEPT_UNIMPLEMENTED_CPUID
            | VsmPartitionConfig.INTERCEPT_UNRECOVERABLE_EXCEPTION
            | VsmPartitionConfig.INTERCEPT_RESTORE_PARTITION_TIME;

    private VsmRegisters() {}

    static OptionalLong get(Vp vp, int vtl, int name) {
        Partition partition = vp.partition();
        return switch (name) {
            case RegisterName.VSM_CODE_PAGE_OFFSETS -> OptionalLong.of(HypercallPage.VTL_OFFSETS);
            // Bits 16-31, the enabled VTLs, are left out: the reference host answers with the active VTL alone.
            case RegisterName.VSM_VP_STATUS ->
                OptionalLong.of(partition.config().activeVtlAnswer().orElse(vp.vtl()));
            case RegisterName.VSM_PARTITION_STATUS ->
                OptionalLong.of(partition.state().enabledVtls()
                        | (long) partition.config().highestVtl() << MAXIMUM_VTL_SHIFT);
            case RegisterName.VSM_VINA -> OptionalLong.of(vp.state().vtl(vtl).vina);
            case RegisterName.VSM_CAPABILITIES ->
                OptionalLong.of(partition.config().vsmCapabilities());
            case RegisterName.VSM_PARTITION_CONFIG -> OptionalLong.of(partition.state().vsmPartitionConfig[vtl]);
            case RegisterName.GUEST_VSM_PARTITION_CONFIG ->
                OptionalLong.of(partition.config().guestVsm() ? 1 : 0);
            default -> OptionalLong.empty();
        };
    }

    static int set(Vp vp, int vtl, int name, long value) {
        switch (name) {
            case RegisterName.VSM_PARTITION_CONFIG -> {
                return setPartitionConfig(vp.partition(), vtl, value);
            }
            case RegisterName.VSM_VINA -> {
                if ((value & ~VINA_BITS) != 0) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                vp.mutableState().vtl(vtl).vina = value;
                return HvStatus.SUCCESS;
            }
            case RegisterName.VSM_CODE_PAGE_OFFSETS,
                    RegisterName.VSM_VP_STATUS,
                    RegisterName.VSM_PARTITION_STATUS,
                    RegisterName.VSM_CAPABILITIES,
                    RegisterName.GUEST_VSM_PARTITION_CONFIG -> {
                return HvStatus.ACCESS_DENIED;
            }
            default -> {
                return HvStatus.UNKNOWN_REGISTER_NAME;
            }
        }
    }

    /** Protection, once on, stays on, and what it starts from stays as it is. */
    private static int setPartitionConfig(Partition partition, int vtl, long value) {
        if (vtl == 0) {
            return HvStatus.ACCESS_DENIED;
        }
        long former = partition.state().vsmPartitionConfig[vtl];
        boolean fixed = (former & VsmPartitionConfig.ENABLE_VTL_PROTECTION) != 0;
        long protection = VsmPartitionConfig.ENABLE_VTL_PROTECTION | VsmPartitionConfig.DEFAULT_PROTECTION_MASK;
        if ((value & ~configBits(partition.config().vsmCapabilities())) != 0
                || fixed && ((value ^ former) & protection) != 0) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        partition.state().vsmPartitionConfig[vtl] = value;
        boolean enabled = (value & VsmPartitionConfig.ENABLE_VTL_PROTECTION) != 0;
        int mask = (int) (value >>> VsmPartitionConfig.DEFAULT_PROTECTION_SHIFT) & GpaProtection.ALL;
        partition.memory().configure(vtl, enabled, mask);
        return HvStatus.SUCCESS;
    }

    /** Some bits need a capability. */
    private static long configBits(long capabilities) {
        return FIXED_CONFIG_BITS
                | bit(capabilities, VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, VsmPartitionConfig.INTERCEPT_PAGE)
                | bit(
                        capabilities,
                        VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE,
                        VsmPartitionConfig.INTERCEPT_NOT_PRESENT)
                | bit(
                        capabilities,
                        VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE,
                        VsmPartitionConfig.INTERCEPT_SYSTEM_RESET);
    }

    private static long bit(long capabilities, long capability, long configBit) {
        return (capabilities & capability) != 0 ? configBit : 0;
    }
}
