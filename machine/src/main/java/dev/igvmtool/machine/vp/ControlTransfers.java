package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.guest.GuestException;

/** Instructions that change the privilege level: IRET, SYSCALL, SYSRET (SDM volume 2). */
final class ControlTransfers {
    private static final long RFLAGS_FIXED = 2;
    private static final long EFER_SCE = 1;
    /** Flags that SYSRET takes from R11. */
    private static final long SYSRET_FLAGS = 0x3c_7fd7;
    /** Flags that IRET takes from the stack. */
    private static final long IRET_FLAGS = 0x25_7fd5;

    private final Vp vp;
    private final VpCpu cpu;

    ControlTransfers(Vp vp, VpCpu cpu) {
        this.vp = vp;
        this.cpu = cpu;
    }

    void interruptReturn() {
        VtlState vtl = vp.mutableState().active();
        Memory memory = vp.memory();
        long rsp = vtl.rsp;
        long rip = memory.readU64(rsp);
        int cs = (int) memory.readU64(rsp + 8) & 0xffff;
        long flags = memory.readU64(rsp + 16);
        long newRsp = memory.readU64(rsp + 24);
        int ss = (int) memory.readU64(rsp + 32) & 0xffff;
        if ((cs & 3) < vtl.cpl()) {
            throw GuestException.generalProtection("IRET to a more privileged level");
        }
        SegmentValue[] loaded = new SegmentValue[2];
        vp.asSupervisor(() -> {
            loaded[0] = Descriptors.loadCode(memory, vtl.gdtr, cs);
            loaded[1] =
                    (ss & ~3) == 0 && (cs & 3) < 3 ? Descriptors.nullStack() : Descriptors.load(memory, vtl.gdtr, ss);
        });
        cpu.jump(rip);
        cpu.setRflags(flags & IRET_FLAGS | vtl.rflags & ~IRET_FLAGS);
        vtl.rsp = newRsp;
        vtl.setSegment(SegmentRegister.CS, loaded[0]);
        vtl.setSegment(SegmentRegister.SS, loaded[1]);
        vtl.nmiMasked = false;
        vp.registersChanged();
    }

    void systemCall() {
        VtlState vtl = vp.mutableState().active();
        if ((vtl.efer & EFER_SCE) == 0) {
            throw GuestException.invalidOpcode("SYSCALL is not enabled in EFER");
        }
        vp.set(Gpr.RCX, vtl.rip);
        vp.set(Gpr.R11, vtl.rflags);
        vtl.rip = vtl.lstar;
        vtl.rflags = vtl.rflags & ~vtl.sfmask | RFLAGS_FIXED;
        int selector = (int) (vtl.star >>> 32) & 0xfffc;
        vtl.setSegment(SegmentRegister.CS, Descriptors.flatCode(selector));
        vtl.setSegment(SegmentRegister.SS, Descriptors.flatData(selector + 8));
        vp.registersChanged();
    }

    void systemReturn() {
        vp.requireKernel("SYSRET");
        VtlState vtl = vp.mutableState().active();
        if ((vtl.efer & EFER_SCE) == 0) {
            throw GuestException.invalidOpcode("SYSRET is not enabled in EFER");
        }
        cpu.jump(vp.get(Gpr.RCX));
        vtl.rflags = vp.get(Gpr.R11) & SYSRET_FLAGS | RFLAGS_FIXED;
        int selector = (int) (vtl.star >>> 48);
        vtl.setSegment(SegmentRegister.CS, Descriptors.flatCode(selector + 16 | 3));
        vtl.setSegment(SegmentRegister.SS, Descriptors.flatData(selector + 8 | 3));
        vp.registersChanged();
    }
}
