package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The kernel of the paravisor, as far as its boot loader and its first processes can tell: takes the zero page, brings
 * its processors up, unpacks the initrd, starts the first process and serves its system calls.
 *
 * <p>It is entered at a physical address with identity-mapped memory, as the 64-bit boot protocol says, and moves to the
 * addresses of x86-64 Linux. It needs no memory of its image but the slots, so that it can stand in the place of another
 * kernel.
 */
public final class KernelStub implements Program {
    private static final int NUMBER = 3;
    private static final long LINK_ADDRESS = 0x100_0000;
    private static final long PAGE = 4096;

    @Override
    public String name() {
        return "kernel-stub";
    }

    @Override
    public int number() {
        return NUMBER;
    }

    @Override
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.addAll(EntrySteps.steps());
        steps.addAll(BootSteps.steps());
        steps.addAll(ProcessorSteps.steps());
        steps.addAll(SaveAreaSteps.steps());
        steps.addAll(MailboxSteps.steps());
        steps.addAll(UserSteps.steps());
        steps.addAll(VtlSteps.steps());
        steps.addAll(TrapSteps.steps());
        steps.addAll(PanicSteps.steps());
        return List.copyOf(steps);
    }

    @Override
    public Bytes constants() {
        return constants(Map.of());
    }

    /**
     * Constants with executables that take the place of files of the initrd.
     *
     * @param files by path without leading slash
     */
    public static Bytes constants(Map<String, Bytes> files) {
        return BuiltInFiles.constants(files);
    }

    @Override
    public ImageLayout layout() {
        long text = steps().size() * (long) ImageLayout.SLOT_BYTES + constants().size();
        long slots = text + PAGE - 1 & -PAGE;
        return new ImageLayout(LINK_ADDRESS, 0, slots, slots);
    }
}
