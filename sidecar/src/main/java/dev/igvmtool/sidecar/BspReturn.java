package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.ErrorText;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** How the called VP waits for the others and goes back to its caller. R15 is the result. */
final class BspReturn {
    static final String AWAIT = "await-node";
    static final String UNMAP = "unmap-parameters";
    static final long FAILURE = 0;
    private static final long SUCCESS = 1;

    private BspReturn() {}

    static List<Step> steps() {
        return List.of(
                Step.of(AWAIT, BspReturn::awaitNode),
                Step.of("finish-initialization", BspReturn::finishInitialization),
                Step.of(UNMAP, BspReturn::unmapParameters),
                Step.of("C14", "return-to-caller", BspReturn::returnToCaller),
                Step.of("restore-caller", BspReturn::restoreCaller));
    }

    /** Stores the text for the caller; R13 is the output page. */
    static void writeError(Cpu cpu, String text) {
        cpu.memory().writeBytes(cpu.get(Gpr.R13), ErrorText.field(text));
    }

    /** Spins on one node, by R14, until each of its VPs is ready. */
    private static void awaitNode(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        int index = (int) cpu.get(Gpr.R14);
        if (index == statics.nodeCount()) {
            return;
        }
        if (isStarting(cpu, statics.node(index))) {
            cpu.pause();
        } else {
            cpu.set(Gpr.R14, index + 1);
        }
        cpu.jumpTo(AWAIT);
    }

    private static boolean isStarting(Cpu cpu, NodeLayout node) {
        long page = AddressSpace.map(cpu, node.controlPage());
        ControlPage control = new ControlPage(cpu.memory(), page);
        boolean starting = false;
        for (long vp = 0; vp < node.vpCount() && !starting; vp++) {
            starting = control.statusByte(vp) == CpuStatus.RUN.value();
        }
        AddressSpace.unmap(cpu, page);
        return starting;
    }

    private static void finishInitialization(Cpu cpu) {
        Console.log(cpu, "all VPs are ready");
        Statics.of(cpu).setAfterInit(true);
        cpu.set(Gpr.R15, SUCCESS);
    }

    private static void unmapParameters(Cpu cpu) {
        AddressSpace.unmap(cpu, cpu.get(Gpr.R13));
        AddressSpace.unmap(cpu, cpu.get(Gpr.R12));
    }

    /** The caller's tables still have the borrowed entry, so execution goes on at the high address until the jump. */
    private static void returnToCaller(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        long rsp = statics.callerRsp();
        long physical = statics.physicalBase();
        cpu.set(ControlRegister.CR3, statics.callerCr3());
        cpu.set(Gpr.RSP, rsp);
        cpu.jump(cpu.rip() - AddressSpace.BASE + physical);
    }

    private static void restoreCaller(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        cpu.memory().writeU64(BspStart.callerTableEntry(statics.callerCr3()), statics.callerTableEntry());
        cpu.set(ControlRegister.CR3, statics.callerCr3());
        cpu.set(Gpr.RAX, cpu.get(Gpr.R15));
        for (int i = BspStart.CALLEE_SAVED.size() - 1; i >= 0; i--) {
            cpu.set(BspStart.CALLEE_SAVED.get(i), cpu.pop());
        }
        cpu.ret();
    }
}
