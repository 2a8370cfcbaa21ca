package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The sidecar kernel as a program ({@code sidecar/src/arch/x86_64}). The boot shim calls its first step with RDI = GPA
 * of {@link dev.igvmtool.abi.sidecar.SidecarParams} and RSI = GPA of {@link dev.igvmtool.abi.sidecar.SidecarOutput} on an
 * identity map; AL is true on return. Other VPs start at the step {@link ApPreparation#ENTRY} and stay in the dispatch
 * loop until they are removed.
 *
 * <p>Registers between steps: R12 and R13 hold the two pages of the call, RBX is 0 on the VP that was called and 1 on
 * the others, R14 and R15 count nodes and VPs. Past the preparation of a VP nothing is kept in registers, for the lower
 * VTL uses them.
 */
public final class Sidecar implements Program {
    /** Shape of the real sidecar, so that these steps also fit over its image. */
    private static final ImageLayout LAYOUT = new ImageLayout(
            0,
            SidecarPlacement.REFERENCE.entryOffset(),
            SidecarPlacement.REFERENCE_START,
            SidecarPlacement.REFERENCE_END);

    @Override
    public String name() {
        return "sidecar";
    }

    @Override
    public int number() {
        return 2;
    }

    @Override
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.addAll(BspStart.steps());
        steps.addAll(FanOut.steps());
        steps.addAll(BspReturn.steps());
        steps.addAll(ApPreparation.steps());
        steps.addAll(Dispatch.steps());
        steps.addAll(RunVp.steps());
        steps.addAll(RegisterCommands.steps());
        steps.addAll(Removal.steps());
        steps.addAll(Interrupts.steps());
        return List.copyOf(steps);
    }

    @Override
    public Bytes constants() {
        return SidecarPlacement.CODEC.toBytes(SidecarPlacement.REFERENCE);
    }

    @Override
    public ImageLayout layout() {
        return LAYOUT;
    }
}
