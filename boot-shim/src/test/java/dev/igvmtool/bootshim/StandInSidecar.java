package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** Stands where the sidecar stands, and answers at once what the reference sidecar answered. */
record StandInSidecar(Bytes output, boolean succeeds) implements Program {
    @Override
    public String name() {
        return "stand-in-sidecar";
    }

    @Override
    public int number() {
        return 2;
    }

    @Override
    public List<Step> steps() {
        return List.of(Step.of("answer", this::answer));
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(0, 0x5000, 0x6000, 0x7000);
    }

    private void answer(Cpu cpu) {
        cpu.memory().writeBytes(cpu.get(Gpr.RSI), output);
        for (Gpr clobbered : List.of(Gpr.RCX, Gpr.RDX, Gpr.RSI, Gpr.RDI, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11)) {
            cpu.set(clobbered, 0xdead);
        }
        cpu.set(Gpr.RAX, succeeds ? 0xff01 : 0xff00); // only AL counts
        cpu.ret();
    }
}
