package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.DeliverabilityNotifications;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.synic.SynIc;
import dev.igvmtool.machine.synic.SynIcState;
import dev.igvmtool.machine.synic.SyntheticTimer;
import java.util.OptionalLong;

/** The hypervisor's own registers, by name; most of them are MSRs as well (hyperv-model 4). */
final class SyntheticRegisters {
    private static final int STARTUP_SUSPEND = 1;
    private static final int HALT_SUSPEND = 2;
    private static final int IDLE_SUSPEND = 4;
    private static final int INTERRUPT_SHADOW = 1;
    private static final int NMI_MASKED = 2;
    private static final long PAGE_ENABLED = 1;
    private static final long PAGE_RESERVED = 0xffe;
    private static final long PAGE_MASK = -PhysicalMemory.PAGE_SIZE;
    private static final long SINT_MASKED_POLLING_OR_PROXY = 1 << 16 | 1 << 18 | 1 << 20;
    private static final int LOWEST_VECTOR = 16;
    private static final long PM_TIMER_BITS = 0x3_ffff;

    private static final long SYNIC_VERSION = 1;

    private SyntheticRegisters() {}

    /** The value of a register; empty if it has another kind of name. */
    static OptionalLong get(Vp vp, int vtl, int name) {
        VtlState state = vp.state().vtl(vtl);
        Partition partition = vp.partition();
        int sint = name - RegisterName.SINT0;
        if (sint >= 0 && sint < SynIcState.SINTS) {
            return OptionalLong.of(state.synic.sint(sint));
        }
        if (name >= RegisterName.STIMER0_CONFIG && name <= RegisterName.STIMER3_COUNT) {
            SyntheticTimer timer = state.synic.timer(name - RegisterName.STIMER0_CONFIG >> 1);
            return OptionalLong.of((name & 1) == 0 ? timer.config() : timer.count());
        }
        if (name >= RegisterName.CRASH_P0 && name <= RegisterName.CRASH_CTL) {
            return OptionalLong.of(
                    partition.state().crash[PartitionState.crashIndex(vtl, name - RegisterName.CRASH_P0)]);
        }
        return switch (name) {
            case RegisterName.INTERNAL_ACTIVITY_STATE -> OptionalLong.of(activity(state));
            case RegisterName.INTERRUPT_STATE ->
                OptionalLong.of((state.interruptShadow ? INTERRUPT_SHADOW : 0) | (state.nmiMasked ? NMI_MASKED : 0));
            case RegisterName.PENDING_INTERRUPTION -> OptionalLong.of(state.pendingInterruption);
            case RegisterName.DELIVERABILITY_NOTIFICATIONS -> OptionalLong.of(state.deliverabilityNotifications);
            case RegisterName.HYPERCALL -> OptionalLong.of(partition.state().hypercallPage[vtl]);
            case RegisterName.GUEST_OS_ID -> OptionalLong.of(partition.state().guestOsId[vtl]);
            case RegisterName.VP_INDEX -> OptionalLong.of(vp.index());
            case RegisterName.VP_RUN_TIME -> OptionalLong.of(partition.time().ofSteps(vp.state().stepsRetired));
            case RegisterName.TIME_REF_COUNT -> OptionalLong.of(partition.time().referenceTime());
            case RegisterName.VP_ASSIST_PAGE -> OptionalLong.of(state.vpAssistPage);
            case RegisterName.REFERENCE_TSC -> OptionalLong.of(partition.state().referenceTsc[vtl]);
            case RegisterName.REGISTER_PAGE -> OptionalLong.of(state.registerPage);
            case RegisterName.PM_TIMER_ASSIST -> OptionalLong.of(partition.state().pmTimerAssist);
            case RegisterName.SCONTROL -> OptionalLong.of(state.synic.scontrol);
            case RegisterName.SVERSION -> OptionalLong.of(SYNIC_VERSION);
            case RegisterName.SIEFP -> OptionalLong.of(state.synic.siefp);
            case RegisterName.SIMP -> OptionalLong.of(state.synic.simp);
            case RegisterName.EOM -> OptionalLong.of(0);
            default -> VsmRegisters.get(vp, vtl, name);
        };
    }

    private static long activity(VtlState state) {
        return (state.startSuspended ? STARTUP_SUSPEND : 0)
                | (state.halted ? HALT_SUSPEND : 0)
                | (state.idle ? IDLE_SUSPEND : 0);
    }

    /**
     * Sets a register.
     *
     * @return {@link HvStatus#UNKNOWN_REGISTER_NAME} if it has another kind of name
     */
    static int set(Vp vp, int vtl, int name, long value) {
        VtlState state = vp.mutableState().vtl(vtl);
        Partition partition = vp.partition();
        int sint = name - RegisterName.SINT0;
        if (sint >= 0 && sint < SynIcState.SINTS) {
            return setSint(vp, vtl, sint, value);
        }
        if (name >= RegisterName.STIMER0_CONFIG && name <= RegisterName.STIMER3_COUNT) {
            return setTimer(vp, vtl, name - RegisterName.STIMER0_CONFIG, value);
        }
        if (name >= RegisterName.CRASH_P0 && name <= RegisterName.CRASH_CTL) {
            partition.state().crash[PartitionState.crashIndex(vtl, name - RegisterName.CRASH_P0)] = value;
            return HvStatus.SUCCESS;
        }
        switch (name) {
            case RegisterName.INTERNAL_ACTIVITY_STATE -> {
                return setActivity(state, value);
            }
            case RegisterName.INTERRUPT_STATE -> {
                if ((value & ~(INTERRUPT_SHADOW | NMI_MASKED)) != 0) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                state.interruptShadow = (value & INTERRUPT_SHADOW) != 0;
                state.nmiMasked = (value & NMI_MASKED) != 0;
            }
            case RegisterName.PENDING_INTERRUPTION -> {
                if ((value & 1) == 0 && value != 0 || !isInterruption((int) (value >>> 1) & 7)) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                state.pendingInterruption = value;
            }
            case RegisterName.DELIVERABILITY_NOTIFICATIONS -> {
                if ((value & ~DeliverabilityNotifications.ALL) != 0) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                state.deliverabilityNotifications = value;
            }
            case RegisterName.GUEST_OS_ID -> partition.setGuestOsId(vtl, value);
            case RegisterName.PM_TIMER_ASSIST -> {
                if ((value & ~PM_TIMER_BITS) != 0) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                partition.state().pmTimerAssist = value;
            }
            case RegisterName.SCONTROL -> {
                state.synic.scontrol = value;
                SynIc.scan(vp, vtl);
            }
            case RegisterName.EOM -> SynIc.scan(vp, vtl);
            case RegisterName.HYPERCALL,
                    RegisterName.REFERENCE_TSC,
                    RegisterName.VP_ASSIST_PAGE,
                    RegisterName.REGISTER_PAGE,
                    RegisterName.SIEFP,
                    RegisterName.SIMP -> {
                return setPage(vp, vtl, name, value);
            }
            case RegisterName.VP_INDEX,
                    RegisterName.VP_RUN_TIME,
                    RegisterName.TIME_REF_COUNT,
                    RegisterName.SVERSION -> {
                return HvStatus.ACCESS_DENIED;
            }
            default -> {
                return VsmRegisters.set(vp, vtl, name, value);
            }
        }
        return HvStatus.SUCCESS;
    }

    /** External interrupt, NMI, exception. */
    private static boolean isInterruption(int kind) {
        return kind == 0 || kind == 2 || kind == 3;
    }

    private static int setActivity(VtlState state, long value) {
        if ((value & ~(STARTUP_SUSPEND | HALT_SUSPEND | IDLE_SUSPEND)) != 0) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        state.startSuspended = (value & STARTUP_SUSPEND) != 0;
        state.halted = (value & HALT_SUSPEND) != 0;
        state.idle = (value & IDLE_SUSPEND) != 0;
        return HvStatus.SUCCESS;
    }

    private static int setSint(Vp vp, int vtl, int sint, long value) {
        boolean raises = (value & SINT_MASKED_POLLING_OR_PROXY) == 0;
        if (raises && (value & 0xff) < LOWEST_VECTOR) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        vp.mutableState().vtl(vtl).synic.setSint(sint, value);
        SynIc.scan(vp, vtl);
        return HvStatus.SUCCESS;
    }

    private static int setTimer(Vp vp, int vtl, int register, long value) {
        boolean config = (register & 1) == 0;
        if (config && (value & ~SyntheticTimer.CONFIG_BITS) != 0) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        int number = register >> 1;
        long now = vp.partition().time().now();
        SyntheticTimer timer = vp.state().vtl(vtl).synic.timer(number);
        vp.partition()
                .timers()
                .set(vp, vtl, number, config ? timer.withConfig(value, now) : timer.withCount(value, now));
        return HvStatus.SUCCESS;
    }

    /** Registers that name a page: bit 0 on, bits 12-63 page number. */
    private static int setPage(Vp vp, int vtl, int name, long value) {
        Partition partition = vp.partition();
        long gpa = value & PAGE_MASK;
        boolean on = (value & PAGE_ENABLED) != 0;
        boolean high = on && gpa >>> partition.addressBits() != 0;
        long reserved = name == RegisterName.HYPERCALL ? HypercallPage.RESERVED : PAGE_RESERVED;
        if (high || (value & reserved) != 0) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        VtlState state = vp.mutableState().vtl(vtl);
        switch (name) {
            case RegisterName.HYPERCALL -> {
                if ((partition.state().hypercallPage[vtl] & HypercallPage.LOCKED) != 0) {
                    return HvStatus.ACCESS_DENIED;
                }
                partition.setHypercallPage(vtl, value);
            }
            case RegisterName.REFERENCE_TSC -> partition.setReferenceTsc(vtl, value);
            case RegisterName.VP_ASSIST_PAGE -> {
                if (on && !partition.memory().isReachableByHost(gpa)) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                clearIfNew(partition, state.vpAssistPage, value);
                state.vpAssistPage = value;
            }
            case RegisterName.REGISTER_PAGE -> {
                if (on && !partition.memory().isReachableByHost(gpa)) {
                    return HvStatus.INVALID_REGISTER_VALUE;
                }
                state.registerPage = value;
            }
            case RegisterName.SIEFP -> {
                clearIfNew(partition, state.synic.siefp, value);
                state.synic.siefp = value;
            }
            default -> {
                clearIfNew(partition, state.synic.simp, value);
                state.synic.simp = value;
                SynIc.scan(vp, vtl);
            }
        }
        return HvStatus.SUCCESS;
    }

    /** A page of the hypervisor starts out empty where it is put. */
    private static void clearIfNew(Partition partition, long former, long value) {
        boolean isNew = (value & PAGE_ENABLED) != 0
                && ((former & PAGE_ENABLED) == 0 || (former & PAGE_MASK) != (value & PAGE_MASK));
        if (isNew && partition.memory().isReachableByHost(value & PAGE_MASK)) {
            partition.physical().zero(value & PAGE_MASK, PhysicalMemory.PAGE_SIZE);
        }
    }
}
