package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.guest.GuestException;

/** Registers whose writing follows rules: flags, control and debug registers of the running VTL. */
final class SystemRegisters {
    private static final long RFLAGS_FIXED = 2;
    private static final long RFLAGS_IF = 1 << 9;
    private static final long RFLAGS_IOPL = 3 << 12;
    private static final long CR3_NO_FLUSH = 1L << 63;
    /** L bit of a code segment's attributes. */
    private static final int LONG_CODE = 1 << 13;

    private final Vp vp;

    SystemRegisters(Vp vp) {
        this.vp = vp;
    }

    /** POPF: below privilege level 0 some flags stay as they are. */
    void setRflags(long value) {
        VtlState vtl = vp.state().active();
        long kept = 0;
        if (vtl.cpl() > 0) {
            kept |= RFLAGS_IOPL;
            if (vtl.cpl() > (vtl.rflags & RFLAGS_IOPL) >> 12) {
                kept |= RFLAGS_IF;
            }
        }
        vtl.rflags = value & ~kept | vtl.rflags & kept | RFLAGS_FIXED;
        vp.registersChanged();
    }

    /** MOV from CRn. */
    long control(ControlRegister register) {
        vp.requireKernel("MOV from a control register");
        VtlState vtl = vp.state().active();
        return switch (register) {
            case CR0 -> vtl.cr0;
            case CR2 -> vp.state().cr2;
            case CR3 -> vtl.cr3;
            case CR4 -> vtl.cr4;
            case CR8 -> vtl.cr8;
        };
    }

    /** MOV to CRn. */
    void setControl(ControlRegister register, long value) {
        vp.requireKernel("MOV to a control register");
        VtlState vtl = vp.state().active();
        switch (register) {
            case CR0 -> setCr0(vtl, value);
            case CR2 -> vp.state().cr2 = value;
            case CR3 -> {
                require(RegisterRules.isCr3(vp.partition(), value, vtl.cr4), register, value);
                vtl.cr3 = value & ~CR3_NO_FLUSH;
            }
            case CR4 -> {
                boolean paeStays = (value & RegisterRules.CR4_PAE) != 0 || (vtl.efer & RegisterRules.EFER_LMA) == 0;
                require(RegisterRules.isCr4(value) && paeStays, register, value);
                vtl.cr4 = value;
            }
            case CR8 -> {
                require(RegisterRules.isCr8(value), register, value);
                vtl.cr8 = value;
            }
        }
        vp.registersChanged();
    }

    /** Paging in long mode needs CR4.PAE, and does not end while 64-bit code runs. */
    private static void setCr0(VtlState vtl, long value) {
        boolean paging = (value & RegisterRules.CR0_PG) != 0;
        boolean longMode = (vtl.efer & RegisterRules.EFER_LME) != 0;
        boolean code64 = (vtl.efer & RegisterRules.EFER_LMA) != 0
                && (vtl.segment(SegmentRegister.CS).attributes() & LONG_CODE) != 0;
        boolean good = RegisterRules.isCr0(value)
                && (!paging || !longMode || (vtl.cr4 & RegisterRules.CR4_PAE) != 0)
                && (paging || !code64);
        require(good, ControlRegister.CR0, value);
        vtl.cr0 = value;
        vtl.efer = paging && longMode ? vtl.efer | RegisterRules.EFER_LMA : vtl.efer & ~RegisterRules.EFER_LMA;
    }

    private static void require(boolean good, ControlRegister register, long value) {
        if (!good) {
            throw GuestException.generalProtection(String.format("%s does not take 0x%x", register, value));
        }
    }

    /** MOV from DRn. */
    long debug(int number) {
        vp.requireKernel("MOV from a debug register");
        VpState state = vp.state();
        return switch (number) {
            case 0, 1, 2, 3 -> state.debugRegisters[number];
            case 6 -> state.dr6;
            case 7 -> state.active().dr7;
            default -> throw noDebugRegister(number);
        };
    }

    /** MOV to DRn. */
    void setDebug(int number, long value) {
        vp.requireKernel("MOV to a debug register");
        vp.plainRegisterChanged();
        VpState state = vp.state();
        if (number >= 6 && !RegisterRules.isDebugControl(value)) {
            throw GuestException.generalProtection(String.format("DR%d does not take 0x%x", number, value));
        }
        switch (number) {
            case 0, 1, 2, 3 -> state.debugRegisters[number] = value;
            case 6 -> state.dr6 = value;
            case 7 -> state.active().dr7 = value;
            default -> throw noDebugRegister(number);
        }
    }

    private static GuestException noDebugRegister(int number) {
        return GuestException.invalidOpcode("debug register " + number + " does not exist");
    }
}
