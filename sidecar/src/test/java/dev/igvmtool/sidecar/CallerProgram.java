package dev.igvmtool.sidecar;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** Plays the boot shim: calls the sidecar with the pages that the test has written, and keeps what it returns. */
final class CallerProgram implements Program {
    /** Where the answer goes: AL + 1, then RBX, R12 and RSP after the call. */
    static final long RESULT = 0x40_3000;

    static final long STACK_TOP = 0x41_0000;
    private static final long MARK = 0x1122_3344_5566_7788L;

    @Override
    public String name() {
        return "caller";
    }

    @Override
    public int number() {
        return 900;
    }

    @Override
    public List<Step> steps() {
        return List.of(
                Step.of("call", cpu -> {
                    cpu.set(Gpr.RDI, TestPartition.PARAMETERS);
                    cpu.set(Gpr.RSI, TestPartition.OUTPUT);
                    cpu.set(Gpr.RBX, MARK);
                    cpu.set(Gpr.R12, MARK + 1);
                    cpu.call(TestPartition.SIDECAR + new Sidecar().layout().entryOffset());
                }),
                Step.of("returned", CallerProgram::keepResult),
                Step.of("done", cpu -> {
                    cpu.jumpTo("done");
                    cpu.halt();
                }));
    }

    private static void keepResult(Cpu cpu) {
        boolean kept = cpu.get(Gpr.RBX) == MARK && cpu.get(Gpr.R12) == MARK + 1 && cpu.get(Gpr.RSP) == STACK_TOP;
        cpu.memory().writeU64(RESULT, 1 + (cpu.get(Gpr.RAX) & 0xff));
        cpu.memory().writeU64(RESULT + 8, kept ? 1 : 0);
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(TestPartition.CALLER, 0, 0x1000, 0x1000);
    }
}
