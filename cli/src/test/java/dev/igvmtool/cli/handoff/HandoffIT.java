package dev.igvmtool.cli.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernel finds after the Java boot shim and sidecar, against what it found after the real ones. */
class HandoffIT {
    /** Link-time place of the output page, the same for shims of the same shape. */
    private static final long SIDECAR_OUTPUT = 0xad000;

    private static final int PAGE = 4096;

    /**
     * Left to the tests of the shim alone: a host whose tree has things that no host writes, and one that starts the
     * image in VTL0 of a partition without VTL2, where a hypervisor that checks its input starts no sidecar VP.
     */
    private static final Set<String> UNLIKE_ANY_HOST = Set.of("host-exotic-tree", "host-vtl0");

    static List<HandoffCase> booting() {
        return HandoffCase.all().stream()
                .filter(golden -> !UNLIKE_ANY_HOST.contains(golden.name()))
                .filter(golden ->
                        golden.json("expected/result.json").get("end").asText().equals("kernel"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("booting")
    void leavesTheKernelWhatTheRealProgramsLeave(HandoffCase golden) {
        HandoffRun run = new HandoffRun(golden);
        assertTrue(run.reachesKernel(), () -> "stopped: " + run.machine().vp(0).stopReason());
        assertEquals(golden.bytes("expected/command-line.txt").toUtf8(), run.commandLine());
        assertEquals(e820(golden), run.e820());
        assertEquals(golden.bytes("expected/boot-params.bin"), run.bootParams().page());
        Bytes tree = golden.bytes("expected/kernel-tree.dtb");
        assertEquals(tree, run.setupData(SetupData.DTB).slice(0, tree.size()));
        if (golden.has("expected/sidecar-output.bin")) {
            assertSidecar(golden, run);
        }
    }

    private static void assertSidecar(HandoffCase golden, HandoffRun run) {
        long outputPage = run.shimBase() + SIDECAR_OUTPUT;
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
            assertEquals(expectedStarts(golden, code), starts(run, code));
        }
        assertEquals(expectedMsrWrites(golden), msrWrites(run));
    }

    private static List<E820Entry> e820(HandoffCase golden) {
        List<E820Entry> entries = new ArrayList<>();
        golden.json("expected/e820.json")
                .forEach(entry -> entries.add(new E820Entry(
                        HandoffCase.hex(entry.get("start")),
                        HandoffCase.hex(entry.get("size")),
                        entry.get("type").asInt())));
        return entries;
    }

    /** Contexts by VP; the order between VPs depends on who takes turns when. */
    private static Map<Integer, InitialVpContext> expectedStarts(HandoffCase golden, HypercallCode code) {
        Map<Integer, InitialVpContext> starts = new TreeMap<>();
        for (JsonNode call : golden.lines("expected/hypercalls.ndjson")) {
            if (HandoffCase.hex(call.get("code")) == code.code()) {
                JsonNode input = call.get("input");
                Bytes context = Bytes.fromHex(input.get("context").get("all").asText());
                starts.put(input.get("vp").asInt(), withoutLinkTimeFacts(InitialVpContext.CODEC.read(context)));
            }
        }
        return starts;
    }

    private static Map<Integer, InitialVpContext> starts(HandoffRun run, HypercallCode code) {
        Map<Integer, InitialVpContext> starts = new TreeMap<>();
        for (MachineEvent event : run.events()) {
            if (event instanceof MachineEvent.HypercallDone call && call.code() == code.code()) {
                VpStartInput input = VpStartInput.CODEC.read(call.input());
                starts.put(input.header().vpIndex(), withoutLinkTimeFacts(input.context()));
            }
        }
        return starts;
    }

    private static InitialVpContext withoutLinkTimeFacts(InitialVpContext c) {
        return new InitialVpContext(
                0,
                c.rsp(),
                c.rflags(),
                c.cs(),
                c.ds(),
                c.es(),
                c.fs(),
                c.gs(),
                c.ss(),
                c.tr(),
                c.ldtr(),
                new TableValue(c.idtr().limit(), 0),
                new TableValue(c.gdtr().limit(), 0),
                c.efer(),
                c.cr0(),
                c.cr3(),
                c.cr4(),
                c.pat());
    }

    /** MSRs that each VP writes, in its order, with values. */
    private static Map<Integer, List<String>> expectedMsrWrites(HandoffCase golden) {
        Map<Integer, List<String>> writes = new TreeMap<>();
        for (JsonNode event : golden.lines("expected/events.ndjson")) {
            if (event.get("event").asText().equals("wrmsr")) {
                writes.computeIfAbsent(event.get("vp").asInt(), vp -> new ArrayList<>())
                        .add(event.get("msr").asText() + " "
                                + event.get("value").asText());
            }
        }
        return writes;
    }

    private static Map<Integer, List<String>> msrWrites(HandoffRun run) {
        Map<Integer, List<String>> writes = new TreeMap<>();
        for (MachineEvent event : run.events()) {
            if (event instanceof MachineEvent.MsrWrite write) {
                writes.computeIfAbsent(write.vp(), vp -> new ArrayList<>())
                        .add(String.format("0x%x 0x%x", write.number(), write.value()));
            }
        }
        return writes;
    }
}
