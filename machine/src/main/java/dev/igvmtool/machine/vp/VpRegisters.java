package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Registers of a VP by name, in any of its VTLs: what get and set register calls and the host reach. */
public final class VpRegisters {
    private static final int STARTUP_SUSPEND = 1;
    private static final int HALT_SUSPEND = 2;
    private static final int SEGMENTS = SegmentRegister.values().length;
    private static final int SINTS = 16;

    private VpRegisters() {}

    /** The value of a register; empty if the name is unknown. */
    public static Optional<RegisterValue> get(Vp vp, int vtl, int name) {
        VtlState state = vp.state().vtl(vtl);
        int segment = name - RegisterName.ES;
        if (segment >= 0 && segment < SEGMENTS) {
            return Optional.of(RegisterValue.of(state.segments[segment]));
        }
        if (name == RegisterName.GDTR) {
            return Optional.of(RegisterValue.of(state.gdtr));
        }
        if (name == RegisterName.IDTR) {
            return Optional.of(RegisterValue.of(state.idtr));
        }
        if (name == RegisterName.PENDING_EVENT0) {
            return Optional.of(new RegisterValue(state.pendingEvent, state.pendingEventHigh));
        }
        if (name == RegisterName.PRIVILEGES_AND_FEATURES_INFO || name == RegisterName.FEATURES_INFO) {
            CpuidResult leaf = vp.partition().cpuid().query(0x4000_0003, 0, vp.apicId());
            return Optional.of(new RegisterValue(
                    Integer.toUnsignedLong(leaf.eax()) | (long) leaf.ebx() << 32,
                    Integer.toUnsignedLong(leaf.ecx()) | (long) leaf.edx() << 32));
        }
        Long value = shared(vp.state(), name);
        if (value == null) {
            value = architectural(state, vp.state(), vtl, name);
        }
        if (value == null) {
            value = synthetic(vp, state, vtl, name);
        }
        return value == null ? Optional.empty() : Optional.of(RegisterValue.of(value));
    }

    private static @Nullable Long shared(VpState vp, int name) {
        int base = name - RegisterName.MTRR_PHYS_BASE0;
        int mask = name - RegisterName.MTRR_PHYS_MASK0;
        int fixed = name - RegisterName.MTRR_FIX_64K_00000;
        int debug = name - RegisterName.DR0;
        if (base >= 0 && base < VpState.MTRR_VARIABLE) {
            return vp.mtrrBases[base];
        }
        if (mask >= 0 && mask < VpState.MTRR_VARIABLE) {
            return vp.mtrrMasks[mask];
        }
        if (fixed >= 0 && fixed < VpState.MTRR_FIXED) {
            return vp.mtrrFixed[fixed];
        }
        if (debug >= 0 && debug < vp.debugRegisters.length) {
            return vp.debugRegisters[debug];
        }
        return switch (name) {
            case RegisterName.CR2 -> vp.cr2;
            case RegisterName.DR6 -> vp.dr6;
            case RegisterName.MTRR_CAP -> 0x508L;
            case RegisterName.MTRR_DEF_TYPE -> vp.mtrrDefaultType;
            default -> null;
        };
    }

    private static @Nullable Long architectural(VtlState state, VpState vp, int vtl, int name) {
        int gpr = name - RegisterName.RAX;
        if (gpr >= 0 && gpr < Gpr.values().length) {
            return vp.gpr(vtl, Gpr.values()[gpr]);
        }
        return switch (name) {
            case RegisterName.RIP -> state.rip;
            case RegisterName.RFLAGS -> state.rflags;
            case RegisterName.CR0 -> state.cr0;
            case RegisterName.CR3 -> state.cr3;
            case RegisterName.CR4 -> state.cr4;
            case RegisterName.CR8 -> state.cr8;
            case RegisterName.DR7 -> state.dr7;
            case RegisterName.EFER -> state.efer;
            case RegisterName.KERNEL_GS_BASE -> state.kernelGsBase;
            case RegisterName.APIC_BASE -> state.apic.base();
            case RegisterName.PAT -> state.pat;
            case RegisterName.SYSENTER_CS -> state.sysenterCs;
            case RegisterName.SYSENTER_EIP -> state.sysenterEip;
            case RegisterName.SYSENTER_ESP -> state.sysenterEsp;
            case RegisterName.STAR -> state.star;
            case RegisterName.LSTAR -> state.lstar;
            case RegisterName.CSTAR -> state.cstar;
            case RegisterName.SFMASK -> state.sfmask;
            case RegisterName.TSC_AUX -> state.tscAux;
            default -> null;
        };
    }

    private static @Nullable Long synthetic(Vp vp, VtlState state, int vtl, int name) {
        Partition partition = vp.partition();
        int sint = name - RegisterName.SINT0;
        int crash = name - RegisterName.CRASH_P0;
        if (sint >= 0 && sint < SINTS) {
            return state.sints[sint];
        }
        if (crash >= 0 && name <= RegisterName.CRASH_CTL) {
            return partition.state().crash[PartitionState.crashIndex(vtl, crash)];
        }
        return switch (name) {
            case RegisterName.INTERNAL_ACTIVITY_STATE ->
                (state.startSuspended ? (long) STARTUP_SUSPEND : 0) | (state.halted ? HALT_SUSPEND : 0);
            case RegisterName.PENDING_INTERRUPTION, RegisterName.INTERRUPT_STATE, RegisterName.PENDING_EVENT1 -> 0L;
            case RegisterName.DELIVERABILITY_NOTIFICATIONS -> state.deliverabilityNotifications;
            case RegisterName.HYPERCALL -> partition.state().hypercallPage[vtl];
            case RegisterName.GUEST_OS_ID -> partition.state().guestOsId[vtl];
            case RegisterName.VP_INDEX -> (long) vp.index();
            case RegisterName.TIME_REF_COUNT -> partition.clock().referenceTime(partition.stepsRetired());
            case RegisterName.TSC -> partition.clock().timeStampCounter(partition.stepsRetired());
            case RegisterName.VP_ASSIST_PAGE -> state.vpAssistPage;
            case RegisterName.REFERENCE_TSC -> partition.state().referenceTsc[vtl];
            case RegisterName.REGISTER_PAGE -> state.registerPage;
            case RegisterName.SCONTROL -> state.scontrol;
            case RegisterName.SVERSION -> 1L;
            case RegisterName.SIEFP -> state.siefp;
            case RegisterName.SIMP -> state.simp;
            case RegisterName.VSM_CODE_PAGE_OFFSETS -> HypercallPage.VTL_OFFSETS;
            case RegisterName.VSM_VP_STATUS -> vpStatus(vp, partition);
            case RegisterName.VSM_PARTITION_STATUS -> partitionStatus(partition);
            case RegisterName.VSM_CAPABILITIES -> capabilities(partition);
            case RegisterName.VSM_PARTITION_CONFIG -> partition.state().vsmPartitionConfig[vtl];
            case RegisterName.GUEST_VSM_PARTITION_CONFIG -> 0L;
            case RegisterName.ISOLATION_CONFIG ->
                (long) partition.config().isolation().cpuidType() << 32;
            default -> null;
        };
    }

    private static long vpStatus(Vp vp, Partition partition) {
        // Bits 16-31, the enabled VTLs, are left out: the reference host answers with the active VTL alone.
        return partition.config().activeVtlAnswer().orElse(vp.vtl());
    }

    private static long partitionStatus(Partition partition) {
        long enabled = 0;
        for (int vtl = 0; vtl < partition.vtlCount(); vtl++) {
            enabled |= partition.vp(0).state().hasVtl(vtl) ? 1L << vtl : 0;
        }
        return enabled | (long) partition.config().highestVtl() << 16;
    }

    private static long capabilities(Partition partition) {
        return VsmCapabilities.DR6_SHARED
                | (partition.config().vtl0AliasMapAvailable() ? VsmCapabilities.VTL0_ALIAS_MAP_AVAILABLE : 0)
                | (partition.config().interceptPageAvailable() ? VsmCapabilities.INTERCEPT_PAGE_AVAILABLE : 0);
    }

    /**
     * Sets a register.
     *
     * @return a status of {@link HvStatus}
     */
    public static int set(Vp vp, int vtl, int name, RegisterValue value) {
        VpState shared = vp.mutableState();
        VtlState state = shared.vtl(vtl);
        int segment = name - RegisterName.ES;
        if (segment >= 0 && segment < SEGMENTS) {
            state.segments[segment] = value.segment();
        } else if (name == RegisterName.GDTR) {
            state.gdtr = value.table();
        } else if (name == RegisterName.IDTR) {
            state.idtr = value.table();
        } else if (name == RegisterName.PENDING_EVENT0) {
            state.pendingEvent = value.low();
            state.pendingEventHigh = value.high();
        } else if (!setShared(shared, name, value.low()) && !setArchitectural(state, shared, vtl, name, value.low())) {
            return setSynthetic(vp, state, vtl, name, value.low());
        }
        return HvStatus.SUCCESS;
    }

    private static boolean setShared(VpState vp, int name, long value) {
        int base = name - RegisterName.MTRR_PHYS_BASE0;
        int mask = name - RegisterName.MTRR_PHYS_MASK0;
        int fixed = name - RegisterName.MTRR_FIX_64K_00000;
        int debug = name - RegisterName.DR0;
        if (base >= 0 && base < VpState.MTRR_VARIABLE) {
            vp.mtrrBases[base] = value;
        } else if (mask >= 0 && mask < VpState.MTRR_VARIABLE) {
            vp.mtrrMasks[mask] = value;
        } else if (fixed >= 0 && fixed < VpState.MTRR_FIXED) {
            vp.mtrrFixed[fixed] = value;
        } else if (debug >= 0 && debug < vp.debugRegisters.length) {
            vp.debugRegisters[debug] = value;
        } else if (name == RegisterName.CR2) {
            vp.cr2 = value;
        } else if (name == RegisterName.DR6) {
            vp.dr6 = value;
        } else if (name == RegisterName.MTRR_DEF_TYPE) {
            vp.mtrrDefaultType = value;
        } else {
            return false;
        }
        return true;
    }

    private static boolean setArchitectural(VtlState state, VpState vp, int vtl, int name, long value) {
        int gpr = name - RegisterName.RAX;
        if (gpr >= 0 && gpr < Gpr.values().length) {
            vp.setGpr(vtl, Gpr.values()[gpr], value);
            return true;
        }
        switch (name) {
            case RegisterName.RIP -> state.rip = value;
            case RegisterName.RFLAGS -> state.rflags = value;
            case RegisterName.CR0 -> state.cr0 = value;
            case RegisterName.CR3 -> state.cr3 = value;
            case RegisterName.CR4 -> state.cr4 = value;
            case RegisterName.CR8 -> state.cr8 = value & 0xf;
            case RegisterName.DR7 -> state.dr7 = value;
            case RegisterName.EFER -> state.efer = value;
            case RegisterName.KERNEL_GS_BASE -> state.kernelGsBase = value;
            case RegisterName.APIC_BASE -> state.apic.setBase(value);
            case RegisterName.PAT -> state.pat = value;
            case RegisterName.SYSENTER_CS -> state.sysenterCs = value;
            case RegisterName.SYSENTER_EIP -> state.sysenterEip = value;
            case RegisterName.SYSENTER_ESP -> state.sysenterEsp = value;
            case RegisterName.STAR -> state.star = value;
            case RegisterName.LSTAR -> state.lstar = value;
            case RegisterName.CSTAR -> state.cstar = value;
            case RegisterName.SFMASK -> state.sfmask = value;
            case RegisterName.TSC_AUX -> state.tscAux = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int setSynthetic(Vp vp, VtlState state, int vtl, int name, long value) {
        Partition partition = vp.partition();
        int sint = name - RegisterName.SINT0;
        int crash = name - RegisterName.CRASH_P0;
        if (sint >= 0 && sint < SINTS) {
            state.sints[sint] = value;
            return HvStatus.SUCCESS;
        }
        if (crash >= 0 && name <= RegisterName.CRASH_CTL) {
            partition.state().crash[PartitionState.crashIndex(vtl, crash)] = value;
            return HvStatus.SUCCESS;
        }
        switch (name) {
            case RegisterName.INTERNAL_ACTIVITY_STATE -> {
                state.startSuspended = (value & STARTUP_SUSPEND) != 0;
                state.halted = (value & HALT_SUSPEND) != 0;
            }
            case RegisterName.PENDING_INTERRUPTION, RegisterName.INTERRUPT_STATE, RegisterName.PENDING_EVENT1 -> {
                if (value != 0) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
            }
            case RegisterName.DELIVERABILITY_NOTIFICATIONS -> state.deliverabilityNotifications = value;
            case RegisterName.HYPERCALL -> partition.setHypercallPage(vtl, value);
            case RegisterName.GUEST_OS_ID -> partition.setGuestOsId(vtl, value);
            case RegisterName.VP_ASSIST_PAGE -> state.vpAssistPage = value;
            case RegisterName.REFERENCE_TSC -> partition.state().referenceTsc[vtl] = value;
            case RegisterName.REGISTER_PAGE -> state.registerPage = value;
            case RegisterName.SCONTROL -> state.scontrol = value;
            case RegisterName.SIEFP -> state.siefp = value;
            case RegisterName.SIMP -> state.simp = value;
            case RegisterName.VSM_PARTITION_CONFIG -> setPartitionConfig(partition, vtl, value);
            case RegisterName.VSM_CODE_PAGE_OFFSETS,
                    RegisterName.VSM_VP_STATUS,
                    RegisterName.VSM_PARTITION_STATUS,
                    RegisterName.VSM_CAPABILITIES,
                    RegisterName.VP_INDEX,
                    RegisterName.TIME_REF_COUNT -> {
                return HvStatus.ACCESS_DENIED;
            }
            default -> {
                return HvStatus.UNKNOWN_REGISTER_NAME;
            }
        }
        return HvStatus.SUCCESS;
    }

    private static void setPartitionConfig(Partition partition, int vtl, long value) {
        partition.state().vsmPartitionConfig[vtl] = value;
        boolean enabled = (value & VsmPartitionConfig.ENABLE_VTL_PROTECTION) != 0;
        int mask = (int) (value >>> VsmPartitionConfig.DEFAULT_PROTECTION_SHIFT) & GpaProtection.ALL;
        partition.memory().configure(vtl, enabled, mask);
    }
}
