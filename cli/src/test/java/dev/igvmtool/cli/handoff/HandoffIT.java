package dev.igvmtool.cli.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.Handoff;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the kernel finds after the Java boot shim and sidecar, and what they did until then, against the real ones: every
 * file of every case. The images have executables of the real shapes, so even link-time addresses are equal.
 */
class HandoffIT {
    /** Link-time places in the shim, the same for shims of the same shape. */
    private static final long SIDECAR_OUTPUT = 0xad000;

    private static final long SIDECAR_PARAMS = 0xb1000;
    private static final int PAGE = 4096;

    static List<HandoffCase> booting() {
        return HandoffCase.all().stream().filter(HandoffCase::boots).toList();
    }

    static List<HandoffCase> refused() {
        return HandoffCase.all().stream().filter(golden -> !golden.boots()).toList();
    }

    @ParameterizedTest
    @MethodSource("booting")
    void leavesTheKernelWhatTheRealProgramsLeave(HandoffCase golden) {
        HandoffRun run = new HandoffRun(golden);
        assertTrue(
                run.reachesKernel(),
                () -> "stopped: " + run.outcome().failure() + "\n"
                        + run.outcome().shimLog().orElse(Bytes.EMPTY).toUtf8());
        Handoff handoff = run.outcome().handoff().orElseThrow();
        assertEquals(
                golden.bytes("expected/command-line.txt").toUtf8(),
                handoff.commandLine().toUtf8());
        assertEquals(golden.e820(), handoff.e820());
        assertEquals(
                golden.bytes("expected/boot-params.bin"), handoff.bootParams().orElseThrow());
        Bytes tree = golden.bytes("expected/kernel-tree.dtb");
        Bytes left = handoff.kernelTree().orElseThrow();
        assertEquals(Dts.decompile(Fdt.parse(tree)), Dts.decompile(Fdt.parse(left)));
        assertEquals(tree, left);
        assertEquals(chain(golden), run.chain());
        assertRegisters(golden, run.bootProcessor());
        assertLog(golden, run.outcome());
        assertEquals(PlatformOperations.expected(golden), PlatformOperations.of(golden, run.events()));
        assertAccesses(golden, run);
        if (golden.has("expected/sidecar-output.bin")) {
            assertSidecar(golden, run);
        }
        if (golden.has("expected/cc-blob.bin")) {
            assertBlob(golden, run);
        }
        if (golden.has("expected/tdx-ap-tables.bin")) {
            assertTrustDomain(golden, run);
        }
    }

    private static void assertRegisters(HandoffCase golden, Vp vp) {
        JsonNode expected = golden.json("expected/entry-registers.json");
        assertEquals(HandoffCase.hex(expected.get("rip")), vp.rip());
        for (Gpr register : List.of(Gpr.RDI, Gpr.RSI, Gpr.RSP)) {
            String name = register.name().toLowerCase(Locale.ROOT);
            assertEquals(HandoffCase.hex(expected.get(name)), vp.get(register), name);
        }
        assertEquals(HandoffCase.hex(expected.get("cr0")), vp.cpu().get(ControlRegister.CR0));
        assertEquals(HandoffCase.hex(expected.get("cr3")), vp.cpu().get(ControlRegister.CR3));
        assertEquals(HandoffCase.hex(expected.get("cr4")), vp.cpu().get(ControlRegister.CR4));
        assertEquals(HandoffCase.hex(expected.get("efer")), vp.state().active().efer);
        assertEquals(expected.get("rflags_if").asBoolean(), (vp.cpu().rflags() & 1 << 9) != 0);
        JsonNode table = expected.get("gdtr");
        assertEquals(HandoffCase.hex(table.get("base")), vp.cpu().gdtr().base());
        assertEquals(HandoffCase.hex(table.get("limit")), vp.cpu().gdtr().limit());
    }

    private static void assertLog(HandoffCase golden, BootOutcome outcome) {
        assertEquals(
                golden.bytes("expected/shim-log.txt").toUtf8(),
                outcome.shimLog().orElseThrow().toUtf8());
        assertEquals(
                golden.has("expected/serial.txt")
                        ? golden.bytes("expected/serial.txt").toUtf8()
                        : "",
                serial(outcome));
    }

    private static String serial(BootOutcome outcome) {
        return outcome.vm().vtl2Console().map(Serial::text).orElse(Bytes.EMPTY).toUtf8();
    }

    private static List<String> chain(HandoffCase golden) {
        List<String> chain = new ArrayList<>();
        golden.json("expected/result.json")
                .get("setup_data")
                .forEach(e -> chain.add(e.get("at").asText() + " " + e.get("type") + " " + e.get("length")));
        return chain;
    }

    /**
     * In the data, writes of the GHCB register and a TD's writes of MSRs are operations, not accesses; and all machines
     * have the same processor, where ours has one that can do SNP.
     */
    private static void assertAccesses(HandoffCase golden, HandoffRun run) {
        Map<Integer, List<String>> expected = SidecarStarts.expectedAccesses(golden);
        Map<Integer, List<String>> found = SidecarStarts.accesses(run);
        List<Map<Integer, List<String>>> both = List.of(expected, found);
        // Where the text of a panic stands, and how long it is, are P3 and P4.
        both.forEach(all -> all.values()
                .forEach(list -> list.removeIf(
                        access -> access.startsWith("wrmsr 0x40000103 ") || access.startsWith("wrmsr 0x40000104 "))));
        both.forEach(all -> all.values()
                .forEach(
                        list -> list.replaceAll(access -> access.replaceFirst("^(cpuid 0x1 0) \\w+", "$1 signature"))));
        if (golden.hardwareIsolated()) {
            found.values()
                    .forEach(list -> list.removeIf(access ->
                            access.startsWith("wrmsr 0xc0010130 ") || access.startsWith("wrmsr 0x40000000 ")));
        }
        assertEquals(expected, found);
    }

    private static void assertSidecar(HandoffCase golden, HandoffRun run) {
        long outputPage = run.shimBase() + SIDECAR_OUTPUT;
        assertEquals(
                golden.bytes("expected/sidecar-params.bin"),
                run.memory().readBytes(run.shimBase() + SIDECAR_PARAMS, PAGE));
        assertEquals(golden.bytes("expected/sidecar-output.bin"), run.memory().readBytes(outputPage, PAGE));
        SidecarOutput output = run.memory().read(SidecarOutput.CODEC, outputPage);
        JsonNode nodes = golden.json("expected/sidecar-nodes.json");
        for (int i = 0; i < nodes.size(); i++) {
            JsonNode expected = nodes.get(i);
            ControlPage control =
                    new ControlPage(run.memory(), output.nodes().get(i).controlPage());
            assertEquals(expected.get("index").asLong(), control.index());
            assertEquals(expected.get("base_cpu").asLong(), control.baseCpu());
            assertEquals(expected.get("cpu_count").asLong(), control.cpuCount());
            assertEquals(expected.get("request_vector").asLong(), control.requestVector());
            for (int vp = 0; vp < expected.get("cpu_status").size(); vp++) {
                assertEquals(expected.get("cpu_status").get(vp).asInt(), control.statusByte(vp));
            }
        }
        for (HypercallCode code : List.of(HypercallCode.ENABLE_VP_VTL, HypercallCode.START_VIRTUAL_PROCESSOR)) {
            assertEquals(SidecarStarts.expected(golden, code), SidecarStarts.of(run, code));
        }
    }

    private static void assertBlob(HandoffCase golden, HandoffRun run) {
        JsonNode element = golden.json("expected/result.json").get("setup_data").get(1);
        long blob = run.setupData(SetupData.CC_BLOB).u32(0);
        assertEquals(element.get("blob_at").asText(), "shim+0x" + Long.toHexString(blob - run.shimBase()));
        Bytes expected = golden.bytes("expected/cc-blob.bin");
        assertEquals(expected, run.memory().readBytes(blob, expected.size()));
    }

    private static void assertTrustDomain(HandoffCase golden, HandoffRun run) {
        Bytes tables = golden.bytes("expected/tdx-ap-tables.bin");
        long at = HandoffCase.hex(golden.json("expected/result.json").get("tdx_ap_tables"));
        assertEquals(tables, run.memory().readBytes(at, tables.size()));
        assertEquals(
                golden.bytes("expected/tdx-trampoline-context.bin"),
                run.memory().readBytes(TdxTrampolineContext.GPA, TdxTrampolineContext.CODEC.size()));
    }

    /** What each refusal must say, in our own words; the host of an isolated guest does not hear it. */
    private static final Map<String, String> MEANING = Map.ofEntries(
            Map.entry("panic-2049vp", "too many enabled processors, expected at most 2048"),
            Map.entry("panic-65-vtl2-ranges", "memory of VTL2 has 65 ranges, the list holds 64"),
            Map.entry("panic-cmdline-8k", "command line of image and host has 8214 bytes, the storage holds 8192"),
            Map.entry("panic-duplicate-apic", "APIC id 0x5 is VP 2 to the hypervisor, expected VP 1"),
            Map.entry("panic-initrd-crc", "CRC-32 of the initrd is 0xdc931dfa, the image says 0x2fe33eec"),
            Map.entry("panic-mmio-overlap", "MMIO 0x30000000-0x31000000 overlaps memory 0xc600000-0x40000000"),
            Map.entry("panic-no-tree", "the host gave no device tree"),
            Map.entry("panic-pool-too-big", "node 0 has no room for 0x4e20000 bytes; asked for is Pages(20000)"),
            Map.entry("panic-reservations", "135 reserved ranges, the list holds 134"),
            Map.entry(
                    "panic-self-too-small",
                    "host asks for 0x4000000 bytes of VTL2 memory, the image requires 0x4600000"),
            Map.entry(
                    "panic-svc-mismatch",
                    "node=1, igvmType=3]], the host gives [MemoryEntry[range=0x8000000-0x28000000"),
            Map.entry("panic-vbs-crc", "CRC-32 of the initrd is 0xdc931dfa, the image says 0x2fe33eec"),
            Map.entry("panic-vp-order", "APIC id 0x2 is VP 3 to the hypervisor, expected VP 2"),
            Map.entry("random-228", "lies on node 3, expected less than 3"),
            Map.entry("random-33", "node 0 has too little memory for VTL2: 0x3400f000 bytes are missing"));

    @ParameterizedTest
    @MethodSource("refused")
    void stopsWhereTheRealShimStops(HandoffCase golden) {
        HandoffRun run = new HandoffRun(golden);
        assertEquals(BootOutcome.Result.FAILED, run.outcome().result());
        assertCrash(golden, run);
        assertEquals(PlatformOperations.expected(golden), PlatformOperations.of(golden, run.events()));
        assertAccesses(golden, run);
        String meaning = MEANING.get(golden.name());
        assertPanicLog(
                golden.bytes("expected/shim-log.txt").toUtf8(),
                run.outcome().shimLog().orElseThrow().toUtf8(),
                meaning);
        if (golden.has("expected/serial.txt")) {
            String sent = serial(run.outcome());
            assertPanicLog(golden.bytes("expected/serial.txt").toUtf8(), sent, meaning);
            assertTrue(sent.contains(meaning), sent);
        }
        if (golden.has("expected/sidecar-output.bin")) {
            assertSidecar(golden, run);
        }
    }

    /** The text is where P3 says, unless the host may not have it. */
    private static void assertCrash(HandoffCase golden, HandoffRun run) {
        JsonNode expected = golden.json("expected/result.json").get("crash");
        long[] crash = run.crash();
        assertEquals(HandoffCase.hex(expected.get("p0")), crash[0]);
        assertEquals(HandoffCase.hex(expected.get("p1")), crash[1]);
        assertEquals(HandoffCase.hex(expected.get("p2")), crash[2]);
        assertEquals(HandoffCase.hex(expected.get("control")), crash[5]);
        if (expected.get("text").asText().isEmpty()) {
            assertEquals(0, crash[3] | crash[4]);
        } else {
            String text = run.memory().readBytes(crash[3], (int) crash[4]).toUtf8();
            assertTrue(text.startsWith("panicked at "), text);
            assertTrue(text.contains(MEANING.get(golden.name())), text);
        }
    }

    /** Equal up to the panic, which is one message of level ERROR; a log that is full already does not take it. */
    private static void assertPanicLog(String reference, String log, String meaning) {
        int panic = reference.indexOf("[ERROR] panicked at ");
        if (panic < 0) {
            assertEquals(reference, log);
            return;
        }
        assertEquals(reference.substring(0, panic), log.substring(0, Math.min(panic, log.length())));
        String rest = log.substring(panic);
        assertTrue(rest.startsWith("[ERROR] panicked at "), rest);
        assertTrue(rest.contains(meaning), rest);
    }
}
