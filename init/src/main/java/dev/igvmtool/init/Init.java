package dev.igvmtool.init;

import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * The first process of the paravisor's kernel, {@code underhill_init}: opens the standard files, mounts, sets kernel
 * parameters, feeds the random pool, runs setup scripts, loads modules, starts the paravisor and stays to reap.
 *
 * <p>Modules are loaded before the paravisor starts; the original loads them beside it unless told to wait.
 */
public final class Init implements Program {
    private static final int NUMBER = 4;
    private static final int TEXT_BYTES = 0x2000;
    static final ImageLayout LAYOUT = new ImageLayout(0x40_0000, 0, TEXT_BYTES, TEXT_BYTES + InitData.SIZE);

    @Override
    public String name() {
        return "init";
    }

    @Override
    public int number() {
        return NUMBER;
    }

    @Override
    public List<Step> steps() {
        StepList steps = new StepList();
        StartSteps.add(steps);
        MountSteps.add(steps);
        EntropySteps.add(steps);
        ScriptSteps.add(steps);
        LaunchSteps.addEnvironment(steps);
        ModuleSteps.add(steps);
        LaunchSteps.add(steps);
        EndSteps.add(steps);
        return steps.build();
    }

    @Override
    public ImageLayout layout() {
        return LAYOUT;
    }
}
