package dev.igvmtool.host.worker;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.loader.HostStep;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.OptionalLong;

/** Replaces VTL2 under a VTL0 that stays, between two turns of the machine (event V08). */
final class Vtl2Reload {
    private Vtl2Reload() {}

    /** Does it, and tells what was loaded. */
    static LoadPlan reload(Machine machine, LoadPlan present, IgvmFile file, VmConfig config) {
        LoadPlan plan = IgvmLoader.planReload(file, config);
        check(present, plan);
        HostSteps.emit(machine, new HostStep("V08", "reload VTL2", "VTL0 stays"));
        plan.steps().forEach(step -> HostSteps.emit(machine, step));
        machine.partition().withdrawVtl(plan.vtl());
        write(plan, machine.physicalMemory());
        BootProcessor.start(machine.vp(0), plan);
        return plan;
    }

    /** The state of the old instance is where VTL2's memory begins, and what VTL0 has it keeps. */
    private static void check(LoadPlan present, LoadPlan plan) {
        if (!present.vtl2Base().equals(plan.vtl2Base())) {
            throw new LoadException(
                    "VTL2 cannot be reloaded " + at(plan.vtl2Base()) + ", its memory is " + at(present.vtl2Base()));
        }
        if (!present.memoryMap().equals(plan.memoryMap())) {
            throw new LoadException("VTL2 cannot be reloaded: the image wants the memory map "
                    + plan.memoryMap().entries() + ", the VM has "
                    + present.memoryMap().entries());
        }
    }

    private static String at(OptionalLong base) {
        return base.isPresent() ? String.format("at 0x%x", base.getAsLong()) : "without memory of its own";
    }

    private static void write(LoadPlan plan, PhysicalMemory memory) {
        for (PageImport pages : plan.imports()) {
            memory.writeBytes(pages.gpa(), pages.content());
            memory.zero(
                    pages.gpa() + pages.content().size(),
                    pages.sizeBytes() - pages.content().size());
        }
    }
}
