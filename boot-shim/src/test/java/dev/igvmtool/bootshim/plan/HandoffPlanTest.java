package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.BootTree.TimeSpan;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.testing.HandoffCase;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decisions against what the reference shim left for the kernel, case by case, without a machine. */
class HandoffPlanTest {
    static Stream<HandoffCase> booting() {
        return HandoffCase.all().stream().filter(c -> c.boots());
    }

    static Stream<HandoffCase> refused() {
        return HandoffCase.all().stream().filter(c -> !c.boots());
    }

    /** All that is decided in one case. */
    private record Decisions(ShimInputs inputs, MemoryPlan memory, SidecarPlan sidecar) {
        static Decisions of(HandoffCase golden) {
            ShimInputs inputs = CaseInputs.of(golden);
            MemoryPlan memory = MemoryPlan.of(inputs);
            boolean x2apic = golden.config().get("x2apic").asBoolean();
            return new Decisions(inputs, memory, SidecarPlan.of(inputs, memory, () -> x2apic, PlanLog.SILENT));
        }
    }

    @ParameterizedTest
    @MethodSource("booting")
    void memoryMapIsTheReferences(HandoffCase golden) {
        Decisions decisions = Decisions.of(golden);
        assertEquals(golden.e820(), E820Map.of(decisions.sidecar.addressSpace()).entries());
    }

    static Stream<HandoffCase> withOtherProcessors() {
        return booting().filter(golden -> golden.has("expected/tdx-ap-tables.bin"));
    }

    @ParameterizedTest
    @MethodSource("withOtherProcessors")
    void pageTablesOfOtherProcessorsAreTheReferences(HandoffCase golden) {
        AddressSpace space = Decisions.of(golden).memory.addressSpace();
        JsonNode result = golden.json("expected/result.json");
        assertEquals(
                HandoffCase.hex(result.get("tdx_ap_tables")),
                ApPageTables.range(space).start());
        assertEquals(golden.bytes("expected/tdx-ap-tables.bin"), ApPageTables.of(space));
    }

    @ParameterizedTest
    @MethodSource("booting")
    void commandLineIsTheReferences(HandoffCase golden) {
        Decisions decisions = Decisions.of(golden);
        assertEquals(
                golden.bytes("expected/command-line.txt").toUtf8(),
                KernelCommandLine.of(decisions.inputs, decisions.sidecar).toUtf8());
    }

    @ParameterizedTest
    @MethodSource("booting")
    void sidecarParametersAreTheReferences(HandoffCase golden) {
        Decisions decisions = Decisions.of(golden);
        assertEquals(golden.has("expected/sidecar-params.bin"), decisions.sidecar.starts());
        if (decisions.sidecar.starts()) {
            long hypercallPage = decisions.inputs.image().shimBase() + 0x17000;
            Bytes page = SidecarParams.CODEC.toBytes(decisions.sidecar.params(hypercallPage));
            assertEquals(golden.bytes("expected/sidecar-params.bin"), page.paddedTo(SidecarLimits.PAGE_BYTES));
        }
    }

    @ParameterizedTest
    @MethodSource("booting")
    void kernelTreeIsTheReferences(HandoffCase golden) {
        Decisions decisions = Decisions.of(golden);
        BootTreePlan.checkImported(decisions.inputs, decisions.memory.topology());
        BootTree tree =
                BootTreePlan.of(decisions.inputs, decisions.memory, decisions.sidecar, findings(golden, decisions));
        Bytes expected = golden.bytes("expected/kernel-tree.dtb");
        Bytes actual = tree.toFdt();
        assertEquals(Dts.decompile(Fdt.parse(expected)), Dts.decompile(Fdt.parse(actual)));
        assertEquals(expected, actual);
    }

    private static BootTreePlan.Findings findings(HandoffCase golden, Decisions decisions) {
        boolean sidecar = decisions.sidecar.starts();
        return new BootTreePlan.Findings(
                bootTime(golden, sidecar),
                sidecar
                        ? Optional.of(new TimeSpan(golden.referenceTime(1), golden.referenceTime(2)))
                        : Optional.empty(),
                golden.hardwareIsolated()
                        ? OptionalLong.empty()
                        : aliasMap(golden.config(), decisions.inputs.hostTree().vtl0AliasMap()),
                sidecar
                        ? SidecarOutput.CODEC
                                .read(golden.bytes("expected/sidecar-output.bin"))
                                .nodes()
                                .subList(0, decisions.sidecar.nodes().size())
                        : List.of());
    }

    private static Optional<TimeSpan> bootTime(HandoffCase golden, boolean sidecar) {
        return switch (CaseInputs.isolation(golden)) {
            case NONE, VBS -> Optional.of(new TimeSpan(golden.referenceTime(0), golden.referenceTime(sidecar ? 3 : 1)));
            case SNP -> Optional.empty();
            case TDX -> {
                JsonNode tsc = golden.config().get("tsc");
                double frequency = tsc.get("cpuid_15_ebx").asDouble() * 25;
                yield Optional.of(new TimeSpan((long) (tsc.get("first").asLong() / frequency * 10), (long)
                        ((tsc.get("first").asLong() + tsc.get("step").asLong()) / frequency * 10)));
            }
        };
    }

    private static OptionalLong aliasMap(JsonNode config, OptionalLong given) {
        if (config.get("active_vtl").asInt() != 2
                || !config.get("vtl0_alias_map_available").asBoolean()) {
            return OptionalLong.empty();
        }
        int bits = config.get("physical_address_bits").asInt();
        return given.isPresent() ? given : OptionalLong.of(1L << bits - 1);
    }

    /** Cases whose refusal depends on the hypervisor's answer or on guest memory; the machine's tests cover them. */
    private static final List<String> DECIDED_LATER =
            List.of("panic-vp-order", "panic-duplicate-apic", "panic-initrd-crc", "panic-vbs-crc");

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatTheReferenceRefuses(HandoffCase golden) {
        if (DECIDED_LATER.contains(golden.name())) {
            assertFalse(Decisions.of(golden).inputs.hostTree().cpus().isEmpty());
            return;
        }
        ShimFatalException e = assertThrows(ShimFatalException.class, () -> {
            Decisions decisions = Decisions.of(golden);
            decisions.sidecar.addressSpace().reserved();
        });
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
