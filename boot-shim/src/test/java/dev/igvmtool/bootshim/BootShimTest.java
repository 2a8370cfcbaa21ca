package dev.igvmtool.bootshim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.source.Dts;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shim on a machine against what the reference shim did and left, case by case; those isolated by the platform need
 * a launched image, which the command line's tests have.
 */
class BootShimTest {
    static Stream<HandoffCase> booting() {
        return HandoffCase.all().stream().filter(c -> !c.hardwareIsolated() && c.boots());
    }

    static Stream<HandoffCase> refused() {
        return HandoffCase.all().stream().filter(c -> !c.hardwareIsolated() && !c.boots());
    }

    @ParameterizedTest
    @MethodSource("booting")
    void leavesTheKernelWhatTheReferenceLeaves(HandoffCase golden) {
        ShimMachine shim = new ShimMachine(golden);
        assertTrue(shim.reachesKernel(), () -> shim.log());
        assertRegisters(shim);
        PhysicalMemory memory = shim.machine.physicalMemory();
        BootParams params = memory.read(BootParams.CODEC, shim.machine.vp(0).get(Gpr.RSI));
        assertEquals(golden.bytes("expected/boot-params.bin"), params.page());
        assertChain(shim, params);
        Bytes commandLine = golden.bytes("expected/command-line.txt");
        assertEquals(
                commandLine.toUtf8() + "\0",
                memory.readBytes(params.cmdLinePtr(), commandLine.size() + 1).toUtf8());
        Bytes tree = golden.bytes("expected/kernel-tree.dtb");
        Bytes left = memory.readBytes(params.setupData() + SetupData.CODEC.size(), tree.size());
        assertEquals(Dts.decompile(Fdt.parse(tree)), Dts.decompile(Fdt.parse(left)));
        assertEquals(tree, left);
        if (golden.has("expected/sidecar-params.bin")) {
            assertEquals(
                    golden.bytes("expected/sidecar-params.bin"),
                    memory.readBytes(shim.image.shimBase() + 0xb1000, 4096));
        }
    }

    private static void assertRegisters(ShimMachine shim) {
        JsonNode expected = shim.golden.json("expected/entry-registers.json");
        Vp vp = shim.machine.vp(0);
        assertEquals(HandoffCase.hex(expected.get("rip")), vp.rip());
        assertEquals(HandoffCase.hex(expected.get("rdi")), vp.get(Gpr.RDI));
        assertEquals(HandoffCase.hex(expected.get("rsi")), vp.get(Gpr.RSI));
        assertEquals(HandoffCase.hex(expected.get("cr0")), vp.cpu().get(ControlRegister.CR0));
        assertEquals(HandoffCase.hex(expected.get("cr3")), vp.cpu().get(ControlRegister.CR3));
        assertEquals(HandoffCase.hex(expected.get("cr4")), vp.cpu().get(ControlRegister.CR4));
        assertEquals(
                HandoffCase.hex(expected.get("gdtr").get("base")),
                vp.cpu().gdtr().base());
        assertEquals(expected.get("rflags_if").asBoolean(), (vp.cpu().rflags() & 1 << 9) != 0);
    }

    private static void assertChain(ShimMachine shim, BootParams params) {
        List<String> chain = new ArrayList<>();
        List<E820Entry> map = new ArrayList<>(params.e820Table());
        PhysicalMemory memory = shim.machine.physicalMemory();
        for (long at = params.setupData(); at != 0; ) {
            SetupData header = memory.read(SetupData.CODEC, at);
            chain.add(String.format("shim+0x%x %d %d", at - shim.image.shimBase(), header.type(), header.len()));
            if (header.type() == SetupData.E820_EXT) {
                for (int i = 0; i < header.len() / E820Entry.CODEC.size(); i++) {
                    map.add(memory.read(
                            E820Entry.CODEC, at + SetupData.CODEC.size() + (long) i * E820Entry.CODEC.size()));
                }
            }
            at = header.next();
        }
        List<String> expected = new ArrayList<>();
        shim.golden
                .json("expected/result.json")
                .get("setup_data")
                .forEach(e -> expected.add(e.get("at").asText() + " " + e.get("type") + " " + e.get("length")));
        assertEquals(expected, chain);
        assertEquals(shim.golden.e820(), map);
    }

    @ParameterizedTest
    @MethodSource("booting")
    void talksToTheHypervisorAsTheReferenceDoes(HandoffCase golden) {
        ShimMachine shim = new ShimMachine(golden);
        assertTrue(shim.reachesKernel());
        assertEquals(expectedEvents(golden), events(shim.events));
        assertEquals(expectedHypercalls(golden), hypercalls(shim));
    }

    /** The boot processor's register and port accesses; what the sidecar does is not among them. */
    static List<String> expectedEvents(HandoffCase golden) {
        List<String> expected = new ArrayList<>();
        for (JsonNode event : golden.lines("expected/events.ndjson")) {
            if (event.get("vp").asInt() == 0) {
                String number = event.has("leaf")
                        ? event.get("leaf").asText()
                        : (event.has("msr") ? event.get("msr") : event.get("port")).asText();
                String value = event.has("value")
                        ? event.get("value").asText()
                        : event.get("eax").asText();
                expected.add(event.get("event").asText() + " " + number + " " + value);
            }
        }
        return expected;
    }

    static List<String> events(List<MachineEvent> events) {
        List<String> found = new ArrayList<>();
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.MsrRead read) {
                found.add(String.format("rdmsr 0x%x 0x%x", read.number(), read.value()));
            } else if (event instanceof MachineEvent.MsrWrite write) {
                found.add(String.format("wrmsr 0x%x 0x%x", write.number(), write.value()));
            } else if (event instanceof MachineEvent.Cpuid cpuid) {
                found.add(String.format(
                        "cpuid 0x%x 0x%x", cpuid.leaf(), cpuid.result().eax()));
            } else if (event instanceof MachineEvent.PortOut out && out.port() != 0x3e8) {
                found.add(String.format("out 0x%x 0x%x", out.port(), out.value()));
            }
        }
        return found;
    }

    /** The shim's own calls: those before the sidecar asks for the offsets in the hypercall page. */
    private static List<String> expectedHypercalls(HandoffCase golden) {
        List<String> expected = new ArrayList<>();
        for (JsonNode call : golden.lines("expected/hypercalls.ndjson")) {
            JsonNode register = call.get("input").get("register");
            if (register != null && register.asText().equals("0xd0002")) {
                break;
            }
            expected.add(String.format(
                    "%s %s %s",
                    call.get("control").asText(),
                    input(call.get("input")),
                    call.get("result").asText()));
        }
        return expected;
    }

    /** What distinguishes one call from another of its code. */
    private static String input(JsonNode input) {
        if (input.has("register")) {
            return input.get("register").asText()
                    + (input.has("value") ? "=" + input.get("value").asText() : "");
        }
        if (input.has("pages")) {
            return "0x" + Long.toHexString(input.get("pages").get(0).get(0).asLong());
        }
        return input.has("first_page")
                ? input.get("attributes").asText() + " "
                        + input.get("first_page").asText()
                : input.get("apic_ids").toString();
    }

    private static String input(MachineEvent.HypercallDone call) {
        Bytes input = call.input();
        return switch (call.code()) {
            case 0x50 -> "0x" + Long.toHexString(input.u32(16));
            case 0x51 -> String.format("0x%x=0x%x", input.u32(16), input.u64(32));
            case 0x0c -> "0x" + Long.toHexString(input.u64(16));
            case 0xd9 -> String.format("0x%x 0x%x", input.u32(8), input.u64(16));
            default ->
                IntStream.range(0, (int) (call.control() >>> 32) & 0xfff)
                        .mapToObj(i -> String.valueOf(input.u32(16 + 4 * i)))
                        .collect(Collectors.joining(",", "[", "]"));
        };
    }

    private static List<String> hypercalls(ShimMachine shim) {
        List<String> found = new ArrayList<>();
        for (MachineEvent event : shim.events) {
            if (event instanceof MachineEvent.HypercallDone call) {
                found.add(String.format("0x%016x %s 0x%016x", call.control(), input(call), call.result()));
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("refused")
    void tellsTheHostWhyItStops(HandoffCase golden) {
        ShimMachine shim = new ShimMachine(golden);
        assertFalse(shim.reachesKernel());
        long[] crash = crashRegisters(shim);
        JsonNode expected = golden.json("expected/result.json").get("crash");
        assertEquals(HandoffCase.hex(expected.get("p0")), crash[0]);
        assertEquals(HandoffCase.hex(expected.get("p1")), crash[1]);
        assertEquals(HandoffCase.hex(expected.get("p2")), crash[2]);
        assertEquals(HandoffCase.hex(expected.get("control")), crash[5]);
        if (!golden.isolation().equals("none")) {
            assertEquals(List.of(0L, 0L), List.of(crash[3], crash[4])); // the host may not read the reason
            assertTrue(shim.log().contains("[ERROR] panicked at "), shim.log());
            return;
        }
        String text = shim.machine
                .physicalMemory()
                .readBytes(crash[3], (int) crash[4])
                .toUtf8();
        assertFalse(text.isBlank());
        String everything = shim.log() + shim.serial.text().toUtf8().replace("\r\n", "\n");
        assertTrue(everything.endsWith("[ERROR] " + text + "\n"), everything); // a full log buffer drops lines
        MachineEvent last = shim.events.get(shim.events.size() - 1);
        assertTrue(last instanceof MachineEvent.VpStopped, last.toString());
    }

    private static long[] crashRegisters(ShimMachine shim) {
        long[] crash = new long[6];
        for (MachineEvent event : shim.events) {
            if (event instanceof MachineEvent.MsrWrite write
                    && write.number() >= 0x4000_0100
                    && write.number() <= 0x4000_0105) {
                crash[write.number() - 0x4000_0100] = write.value();
            }
        }
        return crash;
    }

    @ParameterizedTest
    @MethodSource("booting")
    void logsWhatTheReferenceLogs(HandoffCase golden) {
        ShimMachine shim = new ShimMachine(golden);
        assertTrue(shim.reachesKernel());
        assertEquals(golden.bytes("expected/shim-log.txt").toUtf8(), shim.log());
        String sent = shim.serial.text().toUtf8();
        if (golden.has("expected/serial.txt")) {
            assertEquals(golden.bytes("expected/serial.txt").toUtf8(), sent);
        } else {
            assertEquals("", sent);
        }
    }

    @Test
    void aSidecarThatFailsIsFatal() {
        HandoffCase golden = HandoffCase.all().stream()
                .filter(c -> c.name().equals("none-4vp-dev"))
                .findFirst()
                .orElseThrow();
        ShimMachine shim = new ShimMachine(golden, false);
        assertFalse(shim.reachesKernel());
        assertTrue(shim.log().contains("the sidecar does not start"), shim.log());
    }
}
