package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.config.Topology;
import java.util.List;
import java.util.stream.Collectors;

/** The worker's view of the partition (events P30 to P34 and P36), as it says it in the log. */
final class PlanSteps {
    private PlanSteps() {}

    static void add(StepList steps) {
        steps.event("P30", "apply-overrides", PlanSteps::applyOverrides)
                .event("P31", "size-shared-pool", PlanSteps::sizeSharedPool)
                .event("P32", "build-vtl0-map", PlanSteps::buildVtl0Map)
                .event("P33", "find-vtl0-mmio", PlanSteps::findVtl0Mmio)
                .event("P34", "read-topology", PlanSteps::readTopology)
                .event("P36", "check-vtom", PlanSteps::checkVtom);
    }

    private static void applyOverrides(ParavisorProcess process) {
        process.log("settings: defaults, isolation "
                + new Inputs(process).tree().isolation().text()
                + ", no TPM, no VMBus redirection, no guest state storage");
    }

    private static void sizeSharedPool(ParavisorProcess process) {
        List<GpaRange> pool = new Inputs(process).view().sharedPool();
        process.log(
                pool.isEmpty()
                        ? "no pool shared with the host"
                        : "pool shared with the host: "
                                + pool.stream().mapToLong(GpaRange::size).sum() / 1024 + " KiB, " + pool);
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

    private static void checkVtom(ParavisorProcess process) {
        new Inputs(process)
                .rules()
                .vtomDefect(process.getInt(Variable.VTOM_BIT))
                .ifPresent(defect -> {
                    throw new ParavisorFailure(defect);
                });
    }

    private static void readTopology(ParavisorProcess process) {
        Inputs inputs = new Inputs(process);
        process.set(Variable.VP_COUNT, inputs.tree().cpus().size());
        Topology topology = inputs.topology(process.getInt(Variable.VP_COUNT));
        process.log(String.format(
                "topology: %d VPs, %d in a socket, %d threads in a core, x2APIC %s",
                topology.vpCount(),
                topology.vpsPerSocket(),
                topology.threadsPerCore(),
                topology.x2apic() ? "supported" : "absent"));
    }
}
