package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalLong;

/** Registers of the processor by name, shared between VTLs and private ones, with the values that each can take. */
final class ProcessorRegisters {
    private static final int GPRS = Gpr.values().length;
    private static final long RFLAGS_FIXED = 2;

    private ProcessorRegisters() {}

    /** The value of a register; empty if it has another kind of name. */
    static OptionalLong get(Vp vp, int vtl, int name) {
        OptionalLong shared = shared(vp.state(), name);
        return shared.isPresent() ? shared : privateToVtl(vp, vtl, name);
    }

    private static OptionalLong shared(VpState state, int name) {
        int base = name - RegisterName.MTRR_PHYS_BASE0;
        int mask = name - RegisterName.MTRR_PHYS_MASK0;
        int fixed = name - RegisterName.MTRR_FIX_64K_00000;
        int debug = name - RegisterName.DR0;
        if (base >= 0 && base < VpState.MTRR_VARIABLE) {
            return OptionalLong.of(state.mtrrBases[base]);
        }
        if (mask >= 0 && mask < VpState.MTRR_VARIABLE) {
            return OptionalLong.of(state.mtrrMasks[mask]);
        }
        if (fixed >= 0 && fixed < VpState.MTRR_FIXED) {
            return OptionalLong.of(state.mtrrFixed[fixed]);
        }
        if (debug >= 0 && debug < state.debugRegisters.length) {
            return OptionalLong.of(state.debugRegisters[debug]);
        }
        return switch (name) {
            case RegisterName.CR2 -> OptionalLong.of(state.cr2);
            case RegisterName.DR6 -> OptionalLong.of(state.dr6);
            case RegisterName.MTRR_CAP -> OptionalLong.of(ProcessorMsrs.MTRR_CAPABILITIES);
            case RegisterName.MTRR_DEF_TYPE -> OptionalLong.of(state.mtrrDefaultType);
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong privateToVtl(Vp vp, int vtl, int name) {
        VtlState state = vp.state().vtl(vtl);
        int gpr = name - RegisterName.RAX;
        if (gpr >= 0 && gpr < GPRS) {
            return OptionalLong.of(vp.state().gpr(vtl, Gpr.values()[gpr]));
        }
        return switch (name) {
            case RegisterName.RIP -> OptionalLong.of(state.rip);
            case RegisterName.RFLAGS -> OptionalLong.of(state.rflags);
            case RegisterName.CR0 -> OptionalLong.of(state.cr0);
            case RegisterName.CR3 -> OptionalLong.of(state.cr3);
            case RegisterName.CR4 -> OptionalLong.of(state.cr4);
            case RegisterName.CR8 -> OptionalLong.of(state.cr8);
            case RegisterName.DR7 -> OptionalLong.of(state.dr7);
            case RegisterName.TSC -> OptionalLong.of(vp.partition().time().timeStampCounter());
            case RegisterName.EFER -> OptionalLong.of(state.efer);
            case RegisterName.KERNEL_GS_BASE -> OptionalLong.of(state.kernelGsBase);
            case RegisterName.APIC_BASE -> OptionalLong.of(state.apic.base());
            case RegisterName.PAT -> OptionalLong.of(state.pat);
            case RegisterName.SYSENTER_CS -> OptionalLong.of(state.sysenterCs);
            case RegisterName.SYSENTER_EIP -> OptionalLong.of(state.sysenterEip);
            case RegisterName.SYSENTER_ESP -> OptionalLong.of(state.sysenterEsp);
            case RegisterName.STAR -> OptionalLong.of(state.star);
            case RegisterName.LSTAR -> OptionalLong.of(state.lstar);
            case RegisterName.CSTAR -> OptionalLong.of(state.cstar);
            case RegisterName.SFMASK -> OptionalLong.of(state.sfmask);
            case RegisterName.TSC_AUX -> OptionalLong.of(state.tscAux);
            default -> OptionalLong.empty();
        };
    }

    /**
     * Sets a register.
     *
     * @return {@link HvStatus#UNKNOWN_REGISTER_NAME} if it has another kind of name
     */
    static int set(Vp vp, int vtl, int name, long value) {
        int status = setShared(vp, name, value);
        if (status != HvStatus.UNKNOWN_REGISTER_NAME) {
            return status;
        }
        if (!takes(vp, vtl, name, value)) {
            return HvStatus.INVALID_REGISTER_VALUE;
        }
        return setPrivate(vp, vtl, name, value);
    }

    private static int setShared(Vp vp, int name, long value) {
        VpState state = vp.mutableState();
        Partition partition = vp.partition();
        int base = name - RegisterName.MTRR_PHYS_BASE0;
        int mask = name - RegisterName.MTRR_PHYS_MASK0;
        int fixed = name - RegisterName.MTRR_FIX_64K_00000;
        int debug = name - RegisterName.DR0;
        boolean good = true;
        if (base >= 0 && base < VpState.MTRR_VARIABLE) {
            good = RegisterRules.isMtrrBase(partition, value);
            state.mtrrBases[base] = good ? value : state.mtrrBases[base];
        } else if (mask >= 0 && mask < VpState.MTRR_VARIABLE) {
            good = RegisterRules.isMtrrMask(partition, value);
            state.mtrrMasks[mask] = good ? value : state.mtrrMasks[mask];
        } else if (fixed >= 0 && fixed < VpState.MTRR_FIXED) {
            good = RegisterRules.areMemoryTypes(value, false);
            state.mtrrFixed[fixed] = good ? value : state.mtrrFixed[fixed];
        } else if (debug >= 0 && debug < state.debugRegisters.length) {
            state.debugRegisters[debug] = value;
        } else if (name == RegisterName.CR2) {
            state.cr2 = value;
        } else if (name == RegisterName.DR6) {
            good = RegisterRules.isDebugControl(value);
            state.dr6 = good ? value : state.dr6;
        } else if (name == RegisterName.MTRR_DEF_TYPE) {
            good = RegisterRules.isMtrrDefault(value);
            state.mtrrDefaultType = good ? value : state.mtrrDefaultType;
        } else if (name == RegisterName.MTRR_CAP) {
            return HvStatus.ACCESS_DENIED;
        } else {
            return HvStatus.UNKNOWN_REGISTER_NAME;
        }
        return good ? HvStatus.SUCCESS : HvStatus.INVALID_REGISTER_VALUE;
    }

    private static boolean takes(Vp vp, int vtl, int name, long value) {
        VtlState state = vp.state().vtl(vtl);
        return switch (name) {
            case RegisterName.CR0 -> RegisterRules.isCr0(value);
            case RegisterName.CR3 -> RegisterRules.isCr3(vp.partition(), value, state.cr4);
            case RegisterName.CR4 -> RegisterRules.isCr4(value);
            case RegisterName.CR8 -> RegisterRules.isCr8(value);
            case RegisterName.DR7 -> RegisterRules.isDebugControl(value);
            case RegisterName.EFER -> RegisterRules.isEfer(vp.partition(), value);
            case RegisterName.PAT -> RegisterRules.areMemoryTypes(value, true);
            case RegisterName.KERNEL_GS_BASE,
                    RegisterName.SYSENTER_EIP,
                    RegisterName.SYSENTER_ESP,
                    RegisterName.LSTAR,
                    RegisterName.CSTAR -> RegisterRules.isCanonical(value);
            default -> true;
        };
    }

    private static int setPrivate(Vp vp, int vtl, int name, long value) {
        VtlState state = vp.mutableState().vtl(vtl);
        int gpr = name - RegisterName.RAX;
        if (gpr >= 0 && gpr < GPRS) {
            vp.mutableState().setGpr(vtl, Gpr.values()[gpr], value);
            return HvStatus.SUCCESS;
        }
        switch (name) {
            case RegisterName.RIP -> state.rip = value;
            case RegisterName.RFLAGS -> state.rflags = value | RFLAGS_FIXED;
            case RegisterName.CR0 -> state.cr0 = value;
            case RegisterName.CR3 -> state.cr3 = value;
            case RegisterName.CR4 -> state.cr4 = value;
            case RegisterName.CR8 -> state.cr8 = value;
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
                return HvStatus.UNKNOWN_REGISTER_NAME;
            }
        }
        return HvStatus.SUCCESS;
    }
}
