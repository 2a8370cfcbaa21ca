package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalLong;

/**
 * MSRs of the hypervisor. Most are registers by name as well; each belongs to a privilege of the partition, without which
 * it does not exist.
 */
final class SyntheticMsrs {
    private static final int SINTS = 16;

    private final Vp vp;
    private final Partition partition;
    private final ApicMsrs apic;

    SyntheticMsrs(Vp vp, ApicMsrs apic) {
        this.vp = vp;
        this.partition = vp.partition();
        this.apic = apic;
    }

    boolean exists(int number) {
        long privilege = privilege(number);
        return privilege != -1 && (partition.config().privileges() & privilege) == privilege;
    }

    OptionalLong read(int number) {
        if (!exists(number)) {
            return OptionalLong.empty();
        }
        return switch (number) {
            case Msr.HV_TSC_FREQUENCY -> OptionalLong.of(partition.time().tscFrequency());
            case Msr.HV_APIC_FREQUENCY -> OptionalLong.of(ApicTimer.FREQUENCY);
            case Msr.HV_EOI -> OptionalLong.empty();
            case Msr.HV_ICR -> OptionalLong.of(apic.command());
            case Msr.HV_TPR -> OptionalLong.of(apic.taskPriority());
            case Msr.HV_GUEST_IDLE -> {
                vp.mutableState().active().idle = true;
                yield OptionalLong.of(0);
            }
            default -> SyntheticRegisters.get(vp, vp.vtl(), nameOf(number));
        };
    }

    /** False if there is no such register to write. */
    boolean write(int number, long value) {
        if (!exists(number)) {
            return false;
        }
        switch (number) {
            case Msr.HV_EOI -> apic.endOfInterrupt();
            case Msr.HV_ICR -> apic.sendAsMode(value);
            case Msr.HV_TPR -> apic.setTaskPriority(value);
            case Msr.HV_TSC_FREQUENCY, Msr.HV_APIC_FREQUENCY, Msr.HV_GUEST_IDLE -> {
                return false;
            }
            default -> {
                if (SyntheticRegisters.set(vp, vp.vtl(), nameOf(number), value) != HvStatus.SUCCESS) {
                    throw Msrs.refused(number, value);
                }
            }
        }
        return true;
    }

    /** What a partition needs for a register; -1 if there is no such register. */
    private static long privilege(int number) {
        if (number >= Msr.HV_SINT0 && number < Msr.HV_SINT0 + SINTS) {
            return HvPrivilege.SYNIC_MSRS;
        }
        if (number >= Msr.HV_STIMER0_CONFIG && number <= Msr.HV_STIMER3_COUNT) {
            return HvPrivilege.SYNTHETIC_TIMERS;
        }
        if (number >= Msr.HV_CRASH_P0 && number <= Msr.HV_CRASH_CTL) {
            return 0;
        }
        return switch (number) {
            case Msr.HV_GUEST_OS_ID, Msr.HV_HYPERCALL -> HvPrivilege.HYPERCALL_MSRS;
            case Msr.HV_VP_INDEX -> HvPrivilege.VP_INDEX;
            case Msr.HV_VP_RUN_TIME -> HvPrivilege.VP_RUN_TIME;
            case Msr.HV_TIME_REF_COUNT -> HvPrivilege.REFERENCE_COUNTER;
            case Msr.HV_REFERENCE_TSC -> HvPrivilege.REFERENCE_TSC;
            case Msr.HV_TSC_FREQUENCY, Msr.HV_APIC_FREQUENCY -> HvPrivilege.FREQUENCIES;
            case Msr.HV_EOI, Msr.HV_ICR, Msr.HV_TPR, Msr.HV_VP_ASSIST_PAGE -> HvPrivilege.APIC_MSRS;
            case Msr.HV_SCONTROL, Msr.HV_SVERSION, Msr.HV_SIEFP, Msr.HV_SIMP, Msr.HV_EOM -> HvPrivilege.SYNIC_MSRS;
            case Msr.HV_GUEST_IDLE -> HvPrivilege.GUEST_IDLE;
            default -> -1;
        };
    }

    /** The register that an MSR is. */
    private static int nameOf(int number) {
        if (number >= Msr.HV_SINT0 && number < Msr.HV_SINT0 + SINTS) {
            return RegisterName.SINT0 + number - Msr.HV_SINT0;
        }
        if (number >= Msr.HV_STIMER0_CONFIG && number <= Msr.HV_STIMER3_COUNT) {
            return RegisterName.STIMER0_CONFIG + number - Msr.HV_STIMER0_CONFIG;
        }
        if (number >= Msr.HV_CRASH_P0 && number <= Msr.HV_CRASH_CTL) {
            return RegisterName.CRASH_P0 + number - Msr.HV_CRASH_P0;
        }
        return switch (number) {
            case Msr.HV_GUEST_OS_ID -> RegisterName.GUEST_OS_ID;
            case Msr.HV_HYPERCALL -> RegisterName.HYPERCALL;
            case Msr.HV_VP_INDEX -> RegisterName.VP_INDEX;
            case Msr.HV_VP_RUN_TIME -> RegisterName.VP_RUN_TIME;
            case Msr.HV_TIME_REF_COUNT -> RegisterName.TIME_REF_COUNT;
            case Msr.HV_REFERENCE_TSC -> RegisterName.REFERENCE_TSC;
            case Msr.HV_VP_ASSIST_PAGE -> RegisterName.VP_ASSIST_PAGE;
            case Msr.HV_SCONTROL -> RegisterName.SCONTROL;
            case Msr.HV_SVERSION -> RegisterName.SVERSION;
            case Msr.HV_SIEFP -> RegisterName.SIEFP;
            case Msr.HV_SIMP -> RegisterName.SIMP;
            case Msr.HV_EOM -> RegisterName.EOM;
            default -> throw new IllegalArgumentException(String.format("MSR 0x%x has no name", number));
        };
    }
}
