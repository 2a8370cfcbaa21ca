package dev.igvmtool.paravisor;

import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.config.Topology;
import java.util.stream.Collectors;

/** The worker's view of the partition (events P30 and P32 to P34), as it says it in the log. */
final class PlanSteps {
    private PlanSteps() {}

    static void add(StepList steps) {
        steps.event("P30", "apply-overrides", PlanSteps::applyOverrides)
                .event("P32", "build-vtl0-map", PlanSteps::buildVtl0Map)
                .event("P33", "find-vtl0-mmio", PlanSteps::findVtl0Mmio)
                .event("P34", "read-topology", PlanSteps::readTopology);
    }

    private static void applyOverrides(ParavisorProcess process) {
        process.log("settings: defaults, no isolation, no TPM, no VMBus redirection, no guest state storage");
    }

    private static void buildVtl0Map(ParavisorProcess process) {
        PartitionView view = new Inputs(process).view();
        process.log("VTL0 memory: "
                + view.vtl0Ram().stream()
                        .map(ram -> ram.range() + " on node " + ram.node())
                        .collect(Collectors.joining(", ")));
    }

    private static void findVtl0Mmio(ParavisorProcess process) {
        PartitionView view = new Inputs(process).view();
        process.log("VTL0 MMIO: low " + view.lowMmio() + ", high " + view.highMmio());
    }

    private static void readTopology(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        Topology topology = inputs.topology(inputs.tree().cpus().size());
        process.log(String.format(
                "topology: %d VPs, %d in a socket, %d threads in a core, x2APIC %s",
                topology.vpCount(),
                topology.vpsPerSocket(),
                topology.threadsPerCore(),
                topology.x2apic() ? "supported" : "absent"));
    }
}
