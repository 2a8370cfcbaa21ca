package dev.igvmtool.paravisor;

import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * The paravisor, {@code /bin/openvmm_hcl}: a user program of the VTL2 kernel that reads what the stages before it left,
 * loads VTL0 and runs it. Events P01 to P55 of the paravisor specification, and V01 to V09 of servicing, x64, without
 * isolation and under VBS.
 *
 * <p>Control and worker process are one here. Of the host channel (GET) there is what starting and servicing need: events
 * P21, P35 and P40 do not happen, and the host's settings are the defaults. One system call ends a step; what lasts is in
 * the program's data, of which {@link DataLayout} is the map, and the device state of VTL0 in the one record that the machine
 * keeps.
 */
public final class ParavisorRuntime implements Program {
    private static final long LINK_ADDRESS = 0x40_0000;
    private static final int ENTRY_OFFSET = 0x1000;
    private static final int DATA_OFFSET = 0x3000;

    @Override
    public String name() {
        return "paravisor-runtime";
    }

    @Override
    public int number() {
        return 5;
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(LINK_ADDRESS, ENTRY_OFFSET, DATA_OFFSET, DATA_OFFSET + (long) DataLayout.SIZE);
    }

    @Override
    public List<Step> steps() {
        StepList steps = new StepList(layout());
        ControlSteps.add(steps);
        GetSteps.add(steps);
        ParameterSteps.add(steps);
        PlanSteps.add(steps);
        PartitionSteps.add(steps);
        MemorySteps.add(steps);
        steps.step("choose-configuration", process -> skipIfRestored(process, InterceptSteps.FIRST));
        LoadSteps.addConfiguration(steps);
        InterceptSteps.add(steps);
        VpSteps.add(steps);
        steps.step("choose-load", process -> skipIfRestored(process, RunSteps.START));
        LoadSteps.addLoad(steps);
        RunSteps.add(steps);
        ThreadSteps.add(steps);
        HostThreadSteps.add(steps);
        SidecarExitSteps.add(steps);
        ServicingSteps.add(steps);
        SaveSteps.add(steps);
        FailureSteps.add(steps);
        return steps.steps();
    }

    /** An instance that goes on with the state of an earlier one finds VTL0 loaded, and its configuration gone. */
    private static void skipIfRestored(ParavisorProcess process, String step) {
        if (new StateBuffer(process).isRestored()) {
            process.cpu().jumpTo(step);
        }
    }
}
