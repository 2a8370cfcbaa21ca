package dev.igvmtool.bootshim;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.bootshim.plan.AddressSpace;
import dev.igvmtool.bootshim.plan.CommandLinePlan;
import dev.igvmtool.bootshim.plan.MemoryPlan;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.PoolPlan;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.SidecarPlan;
import dev.igvmtool.bootshim.plan.Topology;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What the shim learns of its machine: events S13 to S22. Decisions are made here and made again where needed. */
final class TopologySteps {
    private static final int VTL2 = 2;
    private static final int MAX_EXTENDED_LEAF = 0x8000_0000;
    private static final int ADDRESS_SIZES_LEAF = 0x8000_0008;
    private static final int DEFAULT_ADDRESS_BITS = 32;
    private static final String RESTORE = "restore-topology";
    private static final String BUILD_ADDRESS_SPACE = "build-address-space";

    private TopologySteps() {}

    static List<Step> steps() {
        return List.of(
                Step.of("S13", "parse-host-tree", PanicSteps.guarded(cpu -> InputReader.of(cpu)
                        .hostTree())),
                Step.of("S14", "compose-command-line", PanicSteps.guarded(TopologySteps::composeCommandLine)),
                Step.of("S15", "look-for-persisted-state", PanicSteps.guarded(TopologySteps::lookForPersistedState)),
                Step.of("S16a", "choose-topology", PanicSteps.guarded(TopologySteps::chooseTopology)),
                Step.of("S16b", RESTORE, PanicSteps.guarded(TopologySteps::restoreTopology)),
                Step.of("S17", BUILD_ADDRESS_SPACE, PanicSteps.guarded(TopologySteps::buildAddressSpace)),
                Step.of("S18", "allocate-pool", PanicSteps.guarded(TopologySteps::allocatePool)),
                Step.of("S19", "keep-processors-from-sidecar", PanicSteps.guarded(TopologySteps::keepFromSidecar)),
                Step.of("S20", "start-serial", PanicSteps.guarded(TopologySteps::startSerial)),
                Step.of("S21", "settle-alias-map", PanicSteps.guarded(TopologySteps::settleAliasMap)),
                Step.of("S22", "check-vp-indexes", PanicSteps.guarded(TopologySteps::checkVpIndexes)));
    }

    private static void composeCommandLine(Cpu cpu) {
        InputReader reader = InputReader.of(cpu);
        CommandLinePlan.of(
                reader.commandLinePage(), reader.hostTree().commandLine(), reader.isolation(), BootLog.of(cpu));
    }

    private static void lookForPersistedState(Cpu cpu) {
        Optional<PersistedStateHeader> header = InputReader.of(cpu).persistedHeader();
        BootLog.of(cpu)
                .info(
                        "persisted state %s",
                        header.isPresent()
                                ? "of " + header.orElseThrow().protobufPayloadLength() + " bytes is present"
                                : "is not present");
        if (header.isPresent()) {
            cpu.jumpTo(RESTORE);
        }
    }

    private static void chooseTopology(Cpu cpu) {
        Topology.of(InputReader.inputs(cpu), BootLog.of(cpu));
        cpu.jumpTo(BUILD_ADDRESS_SPACE);
    }

    private static void restoreTopology(Cpu cpu) {
        Topology.of(InputReader.inputs(cpu), BootLog.of(cpu));
    }

    private static void buildAddressSpace(Cpu cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        MemoryPlan.addressSpace(inputs, Topology.of(inputs, PlanLog.SILENT), BootLog.of(cpu));
    }

    private static void allocatePool(Cpu cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        Topology topology = Topology.of(inputs, PlanLog.SILENT);
        AddressSpace space = MemoryPlan.addressSpace(inputs, topology, PlanLog.SILENT);
        PoolPlan.allocate(inputs, topology, space, BootLog.of(cpu));
    }

    private static void keepFromSidecar(Cpu cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        SidecarPlan.ServicingRule.of(inputs, Topology.of(inputs, PlanLog.SILENT), BootLog.of(cpu));
    }

    private static void startSerial(Cpu cpu) {
        HostTree host = InputReader.of(cpu).hostTree();
        BootLog log = BootLog.of(cpu);
        if (host.com3Speed().isPresent() && !ShimVariables.of(cpu).hardwareIsolated()) {
            log.startSerial();
        }
        log.info("the boot shim is logging");
        log.info(
                "serial port: %s",
                host.com3Speed().isPresent() ? "COM3, " + host.com3Speed().getAsLong() + " baud" : "none");
    }

    private static void settleAliasMap(Cpu cpu) {
        HostTree host = InputReader.of(cpu).hostTree();
        ShimVariables variables = ShimVariables.of(cpu);
        if (variables.activeVtl() == VTL2) {
            ShimHypercalls.Register capabilities = ShimHypercalls.of(cpu).readRegister(RegisterName.VSM_CAPABILITIES);
            if (!capabilities.result().isSuccess()) {
                throw new ShimFatalException(
                        "the hypervisor does not tell its VSM capabilities: " + capabilities.result());
            }
            if ((capabilities.value() & VsmCapabilities.VTL0_ALIAS_MAP_AVAILABLE) != 0) {
                OptionalLong given = host.vtl0AliasMap();
                variables.setAliasMap(given.isPresent() ? given.getAsLong() : 1L << addressBits(cpu) - 1);
            }
        }
        if (host.cpus().isEmpty()) {
            throw new ShimFatalException("the host's device tree has no enabled processor");
        }
    }

    private static int addressBits(Cpu cpu) {
        int highest = cpu.cpuid(MAX_EXTENDED_LEAF, 0).eax();
        return Integer.compareUnsigned(highest, ADDRESS_SIZES_LEAF) >= 0
                ? cpu.cpuid(ADDRESS_SIZES_LEAF, 0).eax() & 0xff
                : DEFAULT_ADDRESS_BITS;
    }

    /** The order of processors in the tree must be that of the hypervisor. */
    private static void checkVpIndexes(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        if (variables.isolation() == TreeIsolation.NONE) {
            cpu.jumpTo(SidecarSteps.FIRST); // all memory is there already
        }
        if (variables.hardwareIsolated()) {
            cpu.jumpTo(IsolationSteps.OPEN_LOCAL_MAP);
        }
        if (variables.activeVtl() != VTL2) {
            return;
        }
        List<Long> apicIds = InputReader.of(cpu).hostTree().cpus().stream()
                .map(CpuEntry::hardwareId)
                .toList();
        List<Long> indexes = ShimHypercalls.of(cpu).vpIndexes(apicIds);
        for (int i = 0; i < indexes.size(); i++) {
            if (indexes.get(i) != i) {
                throw new ShimFatalException(String.format(
                        "processor with APIC id 0x%x is VP %d to the hypervisor, expected VP %d",
                        apicIds.get(i), indexes.get(i), i));
            }
        }
    }
}
