package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionState;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The model-specific registers of one VP, architectural and synthetic. An unknown number is #GP. */
final class Msrs {
    private static final int MTRR_CAP = 0xfe;
    /** Eight variable ranges, fixed ranges, write combining. */
    private static final long MTRR_CAPABILITIES = 0x508;

    private static final int SYSENTER_CS = 0x174;
    private static final int SYSENTER_ESP = 0x175;
    private static final int SYSENTER_EIP = 0x176;
    private static final int CSTAR = 0xc000_0083;
    private static final int TSC_AUX = 0xc000_0103;
    private static final int TSC_FREQUENCY = 0x4000_0022;
    private static final int APIC_FREQUENCY = 0x4000_0023;
    private static final long APIC_FREQUENCY_HZ = 200_000_000;
    private static final long TSC_FREQUENCY_HZ = 2_000_000_000;
    private static final int SVERSION = 0x4000_0081;
    private static final int X2APIC_FIRST = 0x800;
    private static final int X2APIC_LAST = 0x83f;
    private static final int X2APIC_VERSION = 0x803;
    private static final int X2APIC_TPR = 0x808;
    private static final int X2APIC_PPR = 0x80a;
    private static final int X2APIC_LDR = 0x80d;
    private static final int X2APIC_ISR = 0x810;
    private static final int X2APIC_IRR = 0x820;
    private static final int X2APIC_SELF_IPI = 0x83f;
    private static final long APIC_VERSION = 0x5_0014;
    private static final int FIXED_DELIVERY = 0;
    private static final long SEV_AND_ES = 3;
    private static final long EFER_SCE_LME_NXE = 0x901;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_SVME = 1 << 12;
    private static final long EFER_LMA = 1 << 10;
    private static final long CR0_PG = 1L << 31;
    private static final int[] FIXED_MTRRS = {
        0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f
    };

    private final Vp vp;
    private final Partition partition;

    Msrs(Vp vp, Partition partition) {
        this.vp = vp;
        this.partition = partition;
    }

    /** RDMSR. */
    long read(int number) {
        Long value = architectural(number);
        if (value == null) {
            value = synthetic(number);
        }
        if (value == null && number >= X2APIC_FIRST && number <= X2APIC_LAST) {
            value = apic(number);
        }
        if (value == null) {
            throw unknown(number, "read");
        }
        return value;
    }

    /** True if the hypervisor implements the register; what it does not, it forwards to a VTL that asked for it. */
    boolean exists(int number) {
        return number == Msr.TSC
                || number == Msr.HV_TIME_REF_COUNT
                || number == Msr.HV_EOI
                || number == Msr.HV_EOM
                || number >= X2APIC_FIRST && number <= X2APIC_LAST
                || architectural(number) != null
                || synthetic(number) != null;
    }

    /** Registers that each guest has for itself, and reaches without anybody's help. */
    static boolean isOfProcessor(int number) {
        return switch (number) {
            case Msr.TSC,
                    SYSENTER_CS,
                    SYSENTER_ESP,
                    SYSENTER_EIP,
                    Msr.PAT,
                    Msr.EFER,
                    Msr.STAR,
                    Msr.LSTAR,
                    CSTAR,
                    Msr.SFMASK,
                    Msr.FS_BASE,
                    Msr.GS_BASE,
                    Msr.KERNEL_GS_BASE,
                    TSC_AUX -> true;
            default -> false;
        };
    }

    /** Registers of the local APIC in x2APIC mode. */
    static boolean isApic(int number) {
        return number >= X2APIC_FIRST && number <= X2APIC_LAST;
    }

    /** Those that a TD has in its virtual APIC page (TDX module, MSR virtualization); at the others it takes #VE. */
    static boolean isVirtualApic(int number) {
        return number == X2APIC_TPR
                || number == X2APIC_PPR
                || number == Msr.X2APIC_EOI
                || number == X2APIC_SELF_IPI
                || number >= X2APIC_ISR && number < X2APIC_IRR + 8;
    }

    private @Nullable Long architectural(int number) {
        VpState state = vp.state();
        VtlState vtl = state.active();
        int fixed = fixedMtrr(number);
        if (fixed >= 0) {
            return state.mtrrFixed[fixed];
        }
        if (number >= Msr.MTRR_PHYS_BASE_0 && number < Msr.MTRR_PHYS_BASE_0 + 2 * VpState.MTRR_VARIABLE) {
            int pair = number - Msr.MTRR_PHYS_BASE_0 >> 1;
            return (number & 1) == 0 ? state.mtrrBases[pair] : state.mtrrMasks[pair];
        }
        return switch (number) {
            case Msr.TSC -> partition.clock().timeStampCounter(partition.stepsRetired());
            case Msr.APIC_BASE -> vtl.apic.base();
            case MTRR_CAP -> MTRR_CAPABILITIES;
            case SYSENTER_CS -> vtl.sysenterCs;
            case SYSENTER_ESP -> vtl.sysenterEsp;
            case SYSENTER_EIP -> vtl.sysenterEip;
            case Msr.PAT -> vtl.pat;
            case Msr.MTRR_DEF_TYPE -> state.mtrrDefaultType;
            case Msr.EFER -> vtl.efer;
            case Msr.STAR -> vtl.star;
            case Msr.LSTAR -> vtl.lstar;
            case CSTAR -> vtl.cstar;
            case Msr.SFMASK -> vtl.sfmask;
            case Msr.FS_BASE -> vtl.segment(SegmentRegister.FS).base();
            case Msr.GS_BASE -> vtl.segment(SegmentRegister.GS).base();
            case Msr.KERNEL_GS_BASE -> vtl.kernelGsBase;
            case TSC_AUX -> vtl.tscAux;
            case Msr.GHCB -> isSnp() ? state.ghcb : null;
            case Msr.SEV_STATUS -> isSnp() ? sevStatus(vtl) : null;
            default -> null;
        };
    }

    private @Nullable Long synthetic(int number) {
        VtlState vtl = vp.state().active();
        int level = vp.vtl();
        if (number >= Msr.HV_SINT0 && number < Msr.HV_SINT0 + vtl.sints.length) {
            return vtl.sints[number - Msr.HV_SINT0];
        }
        if (number >= Msr.HV_CRASH_P0 && number <= Msr.HV_CRASH_CTL) {
            return partition.state().crash[PartitionState.crashIndex(level, number - Msr.HV_CRASH_P0)];
        }
        return switch (number) {
            case Msr.HV_GUEST_OS_ID -> partition.state().guestOsId[level];
            case Msr.HV_HYPERCALL -> partition.state().hypercallPage[level];
            case Msr.HV_VP_INDEX -> (long) vp.index();
            case Msr.HV_TIME_REF_COUNT -> partition.clock().referenceTime(partition.stepsRetired());
            case Msr.HV_REFERENCE_TSC -> partition.state().referenceTsc[level];
            case TSC_FREQUENCY -> TSC_FREQUENCY_HZ;
            case APIC_FREQUENCY -> APIC_FREQUENCY_HZ;
            case Msr.HV_VP_ASSIST_PAGE -> vtl.vpAssistPage;
            case Msr.HV_SCONTROL -> vtl.scontrol;
            case SVERSION -> 1L;
            case Msr.HV_SIEFP -> vtl.siefp;
            case Msr.HV_SIMP -> vtl.simp;
            default -> null;
        };
    }

    private @Nullable Long apic(int number) {
        VtlState vtl = vp.state().active();
        if (!vtl.apic.x2apic()) {
            return null;
        }
        if (number >= X2APIC_ISR && number < X2APIC_ISR + 8) {
            return vtl.apic.word(true, number - X2APIC_ISR);
        }
        if (number >= X2APIC_IRR && number < X2APIC_IRR + 8) {
            return vtl.apic.word(false, number - X2APIC_IRR);
        }
        return switch (number) {
            case Msr.X2APIC_ID -> Integer.toUnsignedLong(vp.apicId());
            case X2APIC_VERSION -> APIC_VERSION;
            case X2APIC_TPR -> vtl.cr8 << 4;
            case X2APIC_LDR -> vp.apicId() >>> 4 << 16 | 1L << (vp.apicId() & 15);
            case Msr.X2APIC_SVR -> (long) vtl.apic.spuriousVector();
            default -> null;
        };
    }

    /** WRMSR. */
    void write(int number, long value) {
        if (!writeArchitectural(number, value)
                && !writeSynthetic(number, value)
                && !(number >= X2APIC_FIRST && number <= X2APIC_LAST && writeApic(number, value))) {
            throw unknown(number, "write");
        }
    }

    private boolean writeArchitectural(int number, long value) {
        VpState state = vp.mutableState();
        VtlState vtl = state.active();
        int fixed = fixedMtrr(number);
        if (fixed >= 0) {
            state.mtrrFixed[fixed] = value;
            return true;
        }
        if (number >= Msr.MTRR_PHYS_BASE_0 && number < Msr.MTRR_PHYS_BASE_0 + 2 * VpState.MTRR_VARIABLE) {
            int pair = number - Msr.MTRR_PHYS_BASE_0 >> 1;
            ((number & 1) == 0 ? state.mtrrBases : state.mtrrMasks)[pair] = value;
            return true;
        }
        switch (number) {
            case Msr.APIC_BASE -> vtl.apic.setBase(value);
            case SYSENTER_CS -> vtl.sysenterCs = value;
            case SYSENTER_ESP -> vtl.sysenterEsp = value;
            case SYSENTER_EIP -> vtl.sysenterEip = value;
            case Msr.PAT -> vtl.pat = value;
            case Msr.MTRR_DEF_TYPE -> state.mtrrDefaultType = value;
            case Msr.EFER -> vtl.efer = efer(vtl, value);
            case Msr.STAR -> vtl.star = value;
            case Msr.LSTAR -> vtl.lstar = canonical(value);
            case CSTAR -> vtl.cstar = canonical(value);
            case Msr.SFMASK -> vtl.sfmask = value;
            case Msr.FS_BASE -> setBase(vtl, SegmentRegister.FS, canonical(value));
            case Msr.GS_BASE -> setBase(vtl, SegmentRegister.GS, canonical(value));
            case Msr.KERNEL_GS_BASE -> vtl.kernelGsBase = canonical(value);
            case TSC_AUX -> vtl.tscAux = value;
            case Msr.GHCB -> {
                if (!isSnp()) {
                    return false;
                }
                state.ghcb = value;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean writeSynthetic(int number, long value) {
        VtlState vtl = vp.mutableState().active();
        int level = vp.vtl();
        if (number >= Msr.HV_SINT0 && number < Msr.HV_SINT0 + vtl.sints.length) {
            vtl.sints[number - Msr.HV_SINT0] = value;
            return true;
        }
        if (number >= Msr.HV_CRASH_P0 && number <= Msr.HV_CRASH_CTL) {
            partition.state().crash[PartitionState.crashIndex(level, number - Msr.HV_CRASH_P0)] = value;
            return true;
        }
        switch (number) {
            case Msr.HV_GUEST_OS_ID -> partition.setGuestOsId(level, value);
            case Msr.HV_HYPERCALL -> writeHypercall(level, value);
            case Msr.HV_REFERENCE_TSC -> partition.state().referenceTsc[level] = value;
            case Msr.HV_EOI -> vtl.apic.endOfInterrupt();
            case Msr.HV_VP_ASSIST_PAGE -> vtl.vpAssistPage = value;
            case Msr.HV_SCONTROL -> vtl.scontrol = value;
            case Msr.HV_SIEFP -> vtl.siefp = value;
            case Msr.HV_SIMP -> vtl.simp = value;
            case Msr.HV_EOM -> {
                // Messages of the hypervisor are sent at most one at a time; there is no queue to go on with.
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void writeHypercall(int level, long value) {
        if ((value & HypercallPage.RESERVED) != 0) {
            throw GuestException.generalProtection(
                    String.format("hypercall page register has reserved bits set: 0x%x", value));
        }
        if ((partition.state().hypercallPage[level] & HypercallPage.LOCKED) == 0) {
            partition.setHypercallPage(level, value);
        }
    }

    private boolean writeApic(int number, long value) {
        VtlState vtl = vp.mutableState().active();
        if (!vtl.apic.x2apic()) {
            return false;
        }
        switch (number) {
            case X2APIC_TPR -> vtl.cr8 = value >>> 4 & 0xf;
            case Msr.X2APIC_EOI -> vtl.apic.endOfInterrupt();
            case Msr.X2APIC_SVR -> vtl.apic.setSpuriousVector((int) value & 0x1ff);
            case Msr.X2APIC_ICR -> sendIpi(value);
            case X2APIC_SELF_IPI -> vtl.apic.request((int) value & 0xff);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Interrupt command: fixed delivery to a physical destination or a shorthand; other modes have no effect. */
    private void sendIpi(long command) {
        int vector = (int) command & 0xff;
        int mode = (int) (command >>> 8) & 7;
        int shorthand = (int) (command >>> 18) & 3;
        int destination = (int) (command >>> 32);
        boolean logical = (command & 1 << 11) != 0;
        if (mode != FIXED_DELIVERY) {
            return;
        }
        boolean everybody = shorthand >= 2 || shorthand == 0 && destination == -1;
        if (shorthand == 1) {
            vp.requestInterrupt(vp.vtl(), vector);
        } else if (everybody || logical) {
            for (int i = 0; i < partition.vpCount(); i++) {
                Vp target = partition.vp(i);
                boolean named = everybody ? shorthand != 3 || i != vp.index() : logicallyNamed(target, destination);
                if (named) {
                    target.requestInterrupt(vp.vtl(), vector);
                }
            }
        } else {
            OptionalInt target = partition.vpWithApicId(destination);
            if (target.isPresent()) {
                partition.vp(target.getAsInt()).requestInterrupt(vp.vtl(), vector);
            }
        }
    }

    private static boolean logicallyNamed(Vp target, int destination) {
        return target.apicId() >>> 4 == destination >>> 16 && (destination & 1 << (target.apicId() & 15)) != 0;
    }

    /** SEV and SEV-ES, then the features of the save area. */
    private long sevStatus(VtlState vtl) {
        long features = vtl.vmsa == VtlState.NO_PAGE
                ? SevFeatures.SNP_ACTIVE
                : new Vmsa(partition.physical(), vtl.vmsa).get(Vmsa.SEV_FEATURES);
        return features << 2 | SEV_AND_ES;
    }

    private boolean isSnp() {
        return partition.memory().encryption() == Encryption.SNP;
    }

    private static long efer(VtlState vtl, long value) {
        // SVME is set in SNP guests from their start, and stays.
        if ((value & ~(EFER_SCE_LME_NXE | EFER_LMA | vtl.efer & EFER_SVME)) != 0) {
            throw GuestException.generalProtection(String.format("EFER has reserved bits set: 0x%x", value));
        }
        boolean active = (value & EFER_LME) != 0 && (vtl.cr0 & CR0_PG) != 0;
        return active ? value | EFER_LMA : value & ~EFER_LMA;
    }

    private static long canonical(long value) {
        if (!PageWalker.isCanonical(value)) {
            throw GuestException.generalProtection(String.format("address 0x%x is not canonical", value));
        }
        return value;
    }

    private static void setBase(VtlState vtl, SegmentRegister register, long base) {
        SegmentValue old = vtl.segment(register);
        vtl.setSegment(register, new SegmentValue(base, old.limit(), old.selector(), old.attributes()));
    }

    private static int fixedMtrr(int number) {
        for (int i = 0; i < FIXED_MTRRS.length; i++) {
            if (FIXED_MTRRS[i] == number) {
                return i;
            }
        }
        return -1;
    }

    private static GuestException unknown(int number, String what) {
        return GuestException.generalProtection(String.format("%s of MSR 0x%x, which does not exist", what, number));
    }
}
