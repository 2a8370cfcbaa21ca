package dev.igvmtool.sidecar;

import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** Plays VTL0: adds two registers, writes the sum to a port, then spins. */
final class GuestProgram implements Program {
    static final int PORT = 0x80;

    /** Offset of the 64-bit VTL call in the hypercall page. */
    private static final int VTL_CALL = 0x0f;

    @Override
    public String name() {
        return "guest";
    }

    @Override
    public int number() {
        return 901;
    }

    @Override
    public List<Step> steps() {
        return List.of(
                Step.of("add", cpu -> {
                    cpu.set(Gpr.RAX, cpu.get(Gpr.RCX) + cpu.get(Gpr.R15));
                    cpu.set(Gpr.RBX, cpu.get(ControlRegister.CR2));
                    cpu.set(ControlRegister.CR2, 0xfeed_0000L);
                }),
                Step.of("out", cpu -> cpu.out(PORT, 1, (int) cpu.get(Gpr.RAX))),
                Step.of("spin", cpu -> {
                    cpu.set(Gpr.RSI, cpu.get(Gpr.RSI) + 1);
                    cpu.jumpTo("spin");
                }),
                Step.of("vtl-call", cpu -> cpu.callHypercallPage(TestPartition.GUEST_HYPERCALL_PAGE + VTL_CALL)));
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(TestPartition.GUEST, 0, 0x1000, 0x1000);
    }
}
