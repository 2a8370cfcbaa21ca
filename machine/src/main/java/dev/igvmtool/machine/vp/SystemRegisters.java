package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.machine.guest.GuestException;

/** Registers whose writing follows rules: flags, control and debug registers of the running VTL. */
final class SystemRegisters {
    private static final long RFLAGS_FIXED = 2;
    private static final long RFLAGS_IF = 1 << 9;
    private static final long RFLAGS_IOPL = 3 << 12;
    private static final long CR0_PG = 1L << 31;
    private static final long CR4_LA57 = 1 << 12;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;

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
            case CR0 -> {
                vtl.cr0 = value;
                boolean active = (value & CR0_PG) != 0 && (vtl.efer & EFER_LME) != 0;
                vtl.efer = active ? vtl.efer | EFER_LMA : vtl.efer & ~EFER_LMA;
            }
            case CR2 -> vp.state().cr2 = value;
            case CR3 -> vtl.cr3 = value;
            case CR4 -> {
                if ((value & CR4_LA57) != 0) {
                    throw GuestException.generalProtection("CR4.LA57 is not supported");
                }
                vtl.cr4 = value;
            }
            case CR8 -> {
                if ((value & ~0xfL) != 0) {
                    throw GuestException.generalProtection(String.format("CR8 cannot be 0x%x", value));
                }
                vtl.cr8 = value;
            }
        }
        vp.registersChanged();
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
