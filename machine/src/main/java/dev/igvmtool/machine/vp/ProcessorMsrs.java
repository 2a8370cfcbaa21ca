package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalLong;

/** MSRs of the architecture, the local APIC apart (SDM volume 4). */
final class ProcessorMsrs {
    /** Eight variable ranges, fixed ranges, write combining. */
    static final long MTRR_CAPABILITIES = 0x508;

    private static final int MTRR_CAP = 0xfe;
    private static final int SYSENTER_CS = 0x174;
    private static final int SYSENTER_ESP = 0x175;
    private static final int SYSENTER_EIP = 0x176;
    private static final int CSTAR = 0xc000_0083;
    private static final long SEV_AND_ES = 3;
    private static final int[] FIXED_MTRRS = {
        0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f
    };

    private final Vp vp;
    private final Partition partition;

    ProcessorMsrs(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** Registers that each guest has for itself, and reaches without anybody's help. */
    static boolean isPrivate(int number) {
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
                    Msr.TSC_AUX -> true;
            default -> false;
        };
    }

    OptionalLong read(int number) {
        VpState state = vp.state();
        VtlState vtl = state.active();
        int fixed = fixedMtrr(number);
        if (fixed >= 0) {
            return OptionalLong.of(state.mtrrFixed[fixed]);
        }
        int variable = number - Msr.MTRR_PHYS_BASE_0;
        if (variable >= 0 && variable < 2 * VpState.MTRR_VARIABLE) {
            return OptionalLong.of(((variable & 1) == 0 ? state.mtrrBases : state.mtrrMasks)[variable >> 1]);
        }
        return switch (number) {
            case Msr.TSC -> OptionalLong.of(partition.time().timeStampCounter());
            case Msr.APIC_BASE -> OptionalLong.of(vtl.apic.base());
            case MTRR_CAP -> OptionalLong.of(MTRR_CAPABILITIES);
            case SYSENTER_CS -> OptionalLong.of(vtl.sysenterCs);
            case SYSENTER_ESP -> OptionalLong.of(vtl.sysenterEsp);
            case SYSENTER_EIP -> OptionalLong.of(vtl.sysenterEip);
            case Msr.PAT -> OptionalLong.of(vtl.pat);
            case Msr.MTRR_DEF_TYPE -> OptionalLong.of(state.mtrrDefaultType);
            case Msr.EFER -> OptionalLong.of(vtl.efer);
            case Msr.STAR -> OptionalLong.of(vtl.star);
            case Msr.LSTAR -> OptionalLong.of(vtl.lstar);
            case CSTAR -> OptionalLong.of(vtl.cstar);
            case Msr.SFMASK -> OptionalLong.of(vtl.sfmask);
            case Msr.FS_BASE -> OptionalLong.of(vtl.segment(SegmentRegister.FS).base());
            case Msr.GS_BASE -> OptionalLong.of(vtl.segment(SegmentRegister.GS).base());
            case Msr.KERNEL_GS_BASE -> OptionalLong.of(vtl.kernelGsBase);
            case Msr.TSC_AUX -> OptionalLong.of(vtl.tscAux);
            case Msr.GHCB -> isSnp() ? OptionalLong.of(state.ghcb) : OptionalLong.empty();
            case Msr.SEV_STATUS -> isSnp() ? OptionalLong.of(sevStatus(vtl)) : OptionalLong.empty();
            default -> OptionalLong.empty();
        };
    }

    /** False if there is no such register to write. */
    boolean write(int number, long value) {
        VpState state = vp.mutableState();
        VtlState vtl = state.active();
        int fixed = fixedMtrr(number);
        if (fixed >= 0) {
            require(RegisterRules.areMemoryTypes(value, false), number, value);
            state.mtrrFixed[fixed] = value;
            return true;
        }
        int variable = number - Msr.MTRR_PHYS_BASE_0;
        if (variable >= 0 && variable < 2 * VpState.MTRR_VARIABLE) {
            writeVariableMtrr(state, variable, value);
            return true;
        }
        switch (number) {
            case Msr.APIC_BASE -> {
                require(vtl.apic.accepts(value), number, value);
                vtl.apic.setBase(value);
            }
            case SYSENTER_CS -> vtl.sysenterCs = value;
            case SYSENTER_ESP -> vtl.sysenterEsp = canonical(number, value);
            case SYSENTER_EIP -> vtl.sysenterEip = canonical(number, value);
            case Msr.PAT -> {
                require(RegisterRules.areMemoryTypes(value, true), number, value);
                vtl.pat = value;
            }
            case Msr.MTRR_DEF_TYPE -> {
                require(RegisterRules.isMtrrDefault(value), number, value);
                state.mtrrDefaultType = value;
            }
            case Msr.EFER -> vtl.efer = efer(vtl, value);
            case Msr.STAR -> vtl.star = value;
            case Msr.LSTAR -> vtl.lstar = canonical(number, value);
            case CSTAR -> vtl.cstar = canonical(number, value);
            case Msr.SFMASK -> vtl.sfmask = value;
            case Msr.FS_BASE -> setBase(vtl, SegmentRegister.FS, canonical(number, value));
            case Msr.GS_BASE -> setBase(vtl, SegmentRegister.GS, canonical(number, value));
            case Msr.KERNEL_GS_BASE -> vtl.kernelGsBase = canonical(number, value);
            case Msr.TSC_AUX -> {
                require(value >>> Integer.SIZE == 0, number, value);
                vtl.tscAux = value;
            }
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

    private void writeVariableMtrr(VpState state, int register, long value) {
        boolean base = (register & 1) == 0;
        require(
                base ? RegisterRules.isMtrrBase(partition, value) : RegisterRules.isMtrrMask(partition, value),
                Msr.MTRR_PHYS_BASE_0 + register,
                value);
        (base ? state.mtrrBases : state.mtrrMasks)[register >> 1] = value;
    }

    private long efer(VtlState vtl, long value) {
        boolean paging = (vtl.cr0 & RegisterRules.CR0_PG) != 0;
        boolean modeStays = ((value ^ vtl.efer) & RegisterRules.EFER_LME) == 0;
        require(RegisterRules.isEfer(partition, value) && (modeStays || !paging), Msr.EFER, value);
        boolean active = (value & RegisterRules.EFER_LME) != 0 && paging;
        return active ? value | RegisterRules.EFER_LMA : value & ~RegisterRules.EFER_LMA;
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

    private static void require(boolean good, int number, long value) {
        if (!good) {
            throw Msrs.refused(number, value);
        }
    }

    private static long canonical(int number, long value) {
        require(RegisterRules.isCanonical(value), number, value);
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
}
