package dev.igvmtool.kernelstub.arm;

import dev.igvmtool.abi.linux.ArmImageHeader;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel of AArch64 up to its first process, which does not run. It stays at its physical address with translation
 * off, and needs no memory of its image but header and slots.
 */
public final class ArmKernelStub implements Program {
    private static final int NUMBER = 0x103;
    private static final long PAGE = 4096;

    @Override
    public String name() {
        return "kernel-stub-arm64";
    }

    @Override
    public int number() {
        return NUMBER;
    }

    @Override
    public Architecture architecture() {
        return Architecture.AARCH64;
    }

    @Override
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>(BootSteps.steps());
        steps.addAll(ProcessorSteps.steps());
        steps.addAll(PanicSteps.steps());
        return List.copyOf(steps);
    }

    @Override
    public ImageLayout layout() {
        int header = ArmImageHeader.CODEC.size();
        long text = header + steps().size() * (long) ImageLayout.SLOT_BYTES;
        long end = text + PAGE - 1 & -PAGE;
        return new ImageLayout(0, header, end, end);
    }
}
