package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.bootshim.plan.AddressSpace;
import dev.igvmtool.bootshim.plan.CommandLinePlan;
import dev.igvmtool.bootshim.plan.DebugValue;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.bootshim.plan.MemoryPlan;
import dev.igvmtool.bootshim.plan.PersistedState;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.PoolPlan;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.SidecarOption;
import dev.igvmtool.bootshim.plan.SidecarPlan;
import dev.igvmtool.bootshim.plan.Topology;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntSupplier;

/** What the shim learns of its machine: events S13 to S22. Decisions are made here and made again where needed. */
final class TopologySteps {
    private static final int VTL2 = 2;
    private static final int MAX_EXTENDED_LEAF = 0x8000_0000;
    private static final int ADDRESS_SIZES_LEAF = 0x8000_0008;
    private static final int DEFAULT_ADDRESS_BITS = 32;
    static final String RESTORE = "restore-topology";
    static final String BUILD_ADDRESS_SPACE = "build-address-space";

    private TopologySteps() {}

    static List<Step> steps() {
        return List.of(
                PanicSteps.step("S13", "parse-host-tree", TopologySteps::parseHostTree),
                PanicSteps.step("S14", "compose-command-line", TopologySteps::composeCommandLine),
                PanicSteps.step("S15", "look-for-persisted-state", TopologySteps::lookForPersistedState),
                PanicSteps.step("S16a", "choose-topology", TopologySteps::chooseTopology),
                PanicSteps.step("S16b", RESTORE, TopologySteps::restoreTopology),
                PanicSteps.step("S17", BUILD_ADDRESS_SPACE, TopologySteps::buildAddressSpace),
                PanicSteps.step("S18", "allocate-pool", TopologySteps::allocatePool),
                PanicSteps.step("S19", "keep-processors-from-sidecar", TopologySteps::keepFromSidecar),
                PanicSteps.step("S20", "start-serial", TopologySteps::startSerial),
                PanicSteps.step("S21", "settle-alias-map", TopologySteps::settleAliasMap),
                PanicSteps.step("S22", "check-vp-indexes", TopologySteps::checkVpIndexes));
    }

    static void parseHostTree(Core cpu) {
        InputReader reader = InputReader.of(cpu);
        if (!reader.hasHostTree()) {
            BootLog.of(cpu).error("host did not provide a device tree");
        }
        reader.hostTree();
    }

    static void composeCommandLine(Core cpu) {
        InputReader reader = InputReader.of(cpu);
        CommandLinePlan.of(
                reader.commandLinePage(), reader.hostTree().commandLine(), reader.isolation(), BootLog.of(cpu));
    }

    static void lookForPersistedState(Core cpu) {
        InputReader reader = InputReader.of(cpu);
        Optional<PersistedStateHeader> header = reader.persistedHeader();
        SidecarOption sidecar = CommandLinePlan.of(
                        reader.commandLinePage(), reader.hostTree().commandLine(), reader.isolation(), PlanLog.SILENT)
                .options()
                .sidecar();
        BootLog.of(cpu)
                .info(
                        "read_from_dt: persisted_state_header present={}, sidecar={}",
                        header.isPresent(),
                        sidecar.shown().show(Style.DECIMAL));
        if (header.isPresent()) {
            cpu.jumpTo(RESTORE);
        }
    }

    static void chooseTopology(Core cpu) {
        Topology.of(InputReader.inputs(cpu), BootLog.of(cpu));
        cpu.jumpTo(BUILD_ADDRESS_SPACE);
    }

    static void restoreTopology(Core cpu) {
        BootLog log = BootLog.of(cpu);
        InputReader reader = InputReader.of(cpu);
        log.info("found persisted state header");
        log.info("reading topology from persisted state");
        GpaRange payload = PersistedState.payload(
                reader.persistedHeader().orElseThrow(), reader.image().persistedStateRegion());
        log.info("decoding protobuf of size {}", payload.size());
        Topology.of(InputReader.inputs(cpu), log);
    }

    static void buildAddressSpace(Core cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        MemoryPlan.addressSpace(inputs, Topology.of(inputs, PlanLog.SILENT), BootLog.of(cpu));
    }

    static void allocatePool(Core cpu) {
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
            log.startSerial(new SerialPort(cpu));
        }
        logSerial(cpu);
    }

    static void logSerial(Core cpu) {
        BootLog log = BootLog.of(cpu);
        log.info("openhcl_boot: logging enabled");
        log.info(
                "serial configuration: {}",
                serialPort(InputReader.of(cpu).hostTree()).show(Style.PRETTY_HEX));
    }

    private static DebugValue serialPort(HostTree host) {
        if (host.com3Speed().isPresent()) {
            return port("Ns16550", HostTree.COM3_PORT, host.com3Speed().getAsLong());
        }
        return host.pl011()
                .map(port -> port("Pl011", port.base(), port.currentSpeed()))
                .orElse(new DebugValue.Word("None"));
    }

    private static DebugValue port(String kind, long base, long speed) {
        return DebugValue.Structure.of(
                kind,
                new DebugValue.Field("base", new DebugValue.Numeral(base)),
                new DebugValue.Field("current_speed", new DebugValue.Numeral(speed)));
    }

    private static void settleAliasMap(Cpu cpu) {
        settleAliasMap(cpu, ShimHypercalls.of(cpu), () -> addressBits(cpu));
    }

    /** @param addressBits asked for only if the host says nothing */
    static void settleAliasMap(Core cpu, ShimHypercalls hypercalls, IntSupplier addressBits) {
        HostTree host = InputReader.of(cpu).hostTree();
        ShimVariables variables = ShimVariables.of(cpu);
        if (variables.activeVtl() == VTL2) {
            ShimHypercalls.Register capabilities = hypercalls.readRegister(RegisterName.VSM_CAPABILITIES);
            if (!capabilities.result().isSuccess()) {
                throw new ShimFatalException(
                        "the hypervisor does not tell its VSM capabilities: " + capabilities.result());
            }
            if ((capabilities.value() & VsmCapabilities.VTL0_ALIAS_MAP_AVAILABLE) != 0) {
                OptionalLong given = trustsHost(cpu) ? host.vtl0AliasMap() : OptionalLong.empty();
                variables.setAliasMap(given.isPresent() ? given.getAsLong() : 1L << addressBits.getAsInt() - 1);
            }
        }
        if (host.cpus().isEmpty()) {
            throw new ShimFatalException("the host's device tree has no enabled processor");
        }
    }

    /** What the host says of VTL0's memory counts only if the image lets the host have a say. */
    private static boolean trustsHost(Core cpu) {
        InputReader reader = InputReader.of(cpu);
        return CommandLinePlan.of(
                        reader.commandLinePage(), reader.hostTree().commandLine(), reader.isolation(), PlanLog.SILENT)
                .trustsHost();
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
            cpu.jumpTo(IsolationSteps.FIRST);
        }
        checkVpIndexes(cpu, ShimHypercalls.of(cpu), Integer.BYTES);
    }

    /** @param idBytes of ids of processors */
    static void checkVpIndexes(Core cpu, ShimHypercalls hypercalls, int idBytes) {
        if (ShimVariables.of(cpu).activeVtl() != VTL2) {
            return;
        }
        List<Long> ids = InputReader.of(cpu).hostTree().cpus().stream()
                .map(CpuEntry::hardwareId)
                .toList();
        List<Long> indexes = hypercalls.vpIndexes(ids, idBytes);
        for (int i = 0; i < indexes.size(); i++) {
            if (indexes.get(i) != i) {
                throw new ShimFatalException(String.format(
                        "processor with %s 0x%x is VP %d to the hypervisor, expected VP %d",
                        idBytes == Integer.BYTES ? "APIC id" : "MPIDR", ids.get(i), indexes.get(i), i));
            }
        }
    }
}
