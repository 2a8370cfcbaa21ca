package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SidecarStartTest {
    @Test
    void oneNodeComesUpWithItsPages() {
        TestPartition test = new TestPartition(4, TestPartition.nodes(1, 4));
        assertTrue(test.start());
        assertEquals(
                new SidecarOutputNode(TestPartition.NODES, TestPartition.NODES + 0x1000, 0x8000),
                test.output().nodes().get(0));
        assertEquals(SidecarOutputNode.NONE, test.output().nodes().get(1));
        ControlPage control = test.controlPage(0);
        assertEquals(0, control.index());
        assertEquals(0, control.baseCpu());
        assertEquals(4, control.cpuCount());
        assertEquals(0x20, control.requestVector());
        assertEquals(0, control.responseVector());
        assertFalse(control.needsAttention());
        assertEquals(
                Bytes.fromHex("00010101").paddedTo(4032), test.memory().readBytes(TestPartition.NODES + 0x40, 4032));
        assertEquals(List.of(), test.stopReasons());
    }

    @Test
    void theCallersTablesAreGivenBack() {
        TestPartition test = new TestPartition(2, TestPartition.nodes(1, 2));
        assertTrue(test.start());
        assertEquals(0, test.memory().readU64(TestPartition.TABLES + 511 * 8));
        assertEquals(TestPartition.TABLES, test.partition().vp(0).state().vtl(2).cr3);
    }

    @Test
    void twoNodesOfEightComeUpAndEveryVpWaits() {
        TestPartition test = new TestPartition(16, TestPartition.nodes(2, 8));
        assertTrue(test.start());
        test.settle();
        for (int node = 0; node < 2; node++) {
            ControlPage control = test.controlPage(node);
            assertEquals(node, control.index());
            assertEquals(8L * node, control.baseCpu());
            assertEquals(CpuStatus.REMOVED, control.status(0).orElseThrow());
            for (int i = 1; i < 8; i++) {
                assertEquals(CpuStatus.IDLE, control.status(i).orElseThrow());
            }
        }
        assertEquals(RunState.WAITING_FOR_START, test.partition().vp(8).runState());
        assertEquals(RunState.HALTED, test.partition().vp(15).runState());
    }

    /** The MSR accesses of each VP are those of the real sidecar, in its order. */
    @Test
    void eachVpWritesItsMsrsInOrder() {
        TestPartition test = new TestPartition(4, TestPartition.nodes(1, 4));
        assertTrue(test.start());
        for (int vp = 1; vp < 4; vp++) {
            assertEquals(
                    List.of(
                            new MachineEvent.MsrWrite(vp, 2, Msr.FS_BASE, 0xffff_ff80_0020_3010L),
                            new MachineEvent.MsrWrite(vp, 2, Msr.APIC_BASE, 0xfee0_0c00L),
                            new MachineEvent.MsrWrite(vp, 2, Msr.X2APIC_SVR, 0x1ff)),
                    test.msrWrites(vp));
        }
    }

    @Test
    void eachVpIsEnabledAndStartedOnceWithTheSameContext() {
        TestPartition test = new TestPartition(16, TestPartition.nodes(2, 8));
        assertTrue(test.start());
        Map<Integer, VpStartInput> enabled = inputs(test, HypercallCode.ENABLE_VP_VTL);
        Map<Integer, VpStartInput> started = inputs(test, HypercallCode.START_VIRTUAL_PROCESSOR);
        List<Integer> vps =
                IntStream.range(0, 16).filter(i -> i % 8 != 0).boxed().toList();
        assertEquals(vps, List.copyOf(enabled.keySet()));
        assertEquals(enabled, started);
        started.forEach((vp, input) -> {
            assertEquals(2, input.header().targetVtl());
            NodeLayout node = new NodeLayout(TestPartition.NODES + vp / 8 * 0x69000L, vp / 8 * 8L, 8);
            assertEquals(node.vp(vp % 8).pml4(), input.context().cr3());
        });
    }

    /** Those who run help to start the others, so their number grows by more than one a round. */
    @Test
    void manyVpsTakePartInStarting() {
        TestPartition test = new TestPartition(32, TestPartition.nodes(1, 32));
        assertTrue(test.start());
        TreeSet<Integer> starters = new TreeSet<>();
        List<Long> counts = new ArrayList<>();
        for (MachineEvent event : test.events()) {
            if (event instanceof MachineEvent.VpStarted it && it.vp() != 0) {
                starters.add(it.startedBy());
                counts.add((long) it.vp());
            }
        }
        assertEquals(31, counts.size());
        assertTrue(starters.size() >= 12, () -> "only " + starters + " have started others");
    }

    /** The number of running VPs doubles in a constant number of rounds. */
    @Test
    void runningVpsDouble() {
        TestPartition test = new TestPartition(32, TestPartition.nodes(1, 32));
        List<Integer> roundOfDoubling = new ArrayList<>();
        for (int running = 2; running <= 32; running *= 2) {
            int wanted = running;
            test.runUntil(() -> test.partition().vps().stream()
                            .filter(vp -> vp.runState() != RunState.WAITING_FOR_START)
                            .count()
                    >= wanted);
            roundOfDoubling.add(test.rounds());
        }
        int previous = roundOfDoubling.get(0);
        for (int round : roundOfDoubling) {
            assertTrue(round - previous <= 10, () -> "doubled in rounds " + roundOfDoubling);
            previous = round;
        }
    }

    @Test
    void aVpWhoseVtl2IsEnabledAlreadyIsStartedAllTheSame() {
        TestPartition test = new TestPartition(3, TestPartition.nodes(1, 3));
        test.partition().vp(1).enableVtl(2);
        assertTrue(test.start());
        assertEquals(CpuStatus.IDLE, test.status(1));
        assertEquals(CpuStatus.IDLE, test.status(2));
    }

    @Test
    void aVpThatCannotBeStartedIsAPanicOfTheOneThatTried() {
        TestPartition test = new TestPartition(3, TestPartition.nodes(1, 4));
        test.runUntil(() -> !test.stopReasons().isEmpty());
        String reason = test.stopReasons().get(0);
        assertTrue(reason.contains("failed to enable VTL2 of VP 3"), reason);
        assertEquals(0, test.memory().readU64(CallerProgram.RESULT));
    }

    @Test
    void logLinesNameTheVpOnceItIsInTheLoop() {
        SidecarParams plain = TestPartition.nodes(1, 2);
        TestPartition test = new TestPartition(2, new SidecarParams(plain.hypercallPage(), true, plain.nodes()));
        Serial serial = new Serial(Serial.COM3);
        test.partition().ports().add(serial);
        assertTrue(test.start());
        test.settle();
        test.setStatus(1, CpuStatus.REMOVE);
        test.settle();
        List<String> lines = serial.text().toUtf8().lines().toList();
        assertTrue(lines.get(0).startsWith("sidecar: node 0"), lines.toString());
        assertEquals("sidecar#1: removed", lines.get(lines.size() - 1));
    }

    @Test
    void withoutLoggingNothingIsPrinted() {
        TestPartition test = new TestPartition(2, TestPartition.nodes(1, 2));
        Serial serial = new Serial(Serial.COM3);
        test.partition().ports().add(serial);
        assertTrue(test.start());
        assertEquals("", serial.text().toUtf8());
    }

    @Test
    void stepsOfTheStartComeInTheOrderOfTheTimeline() {
        TestPartition test = new TestPartition(2, TestPartition.nodes(1, 2));
        assertTrue(test.start());
        List<String> ofVp0 = test.timeline(0);
        assertEquals(
                List.of(
                        "C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C11", "C12", "C09",
                        "C14"),
                ofVp0);
        assertEquals(List.of("C09", "C13"), test.timeline(1).subList(0, 2));
    }

    @Test
    void overrideLeavesVpsToTheKernel() {
        byte[] flags = new byte[400];
        flags[2] = 1;
        SidecarParams plain = TestPartition.nodes(1, 4);
        TestPartition test = new TestPartition(
                4, new SidecarParams(plain.hypercallPage(), false, plain.nodes(), true, Bytes.wrap(flags)));
        assertTrue(test.start());
        assertEquals(
                Bytes.fromHex("00000100"), test.memory().readBytes(TestPartition.NODES + ControlPage.CPU_STATUS, 4));
        assertEquals(RunState.WAITING_FOR_START, test.partition().vp(3).runState());
    }

    @Test
    void tooSmallMemoryIsAnErrorWithBothSizes() {
        SidecarParams params = new SidecarParams(
                TestPartition.HYPERCALL_PAGE,
                false,
                List.of(new SidecarNodeRecord(TestPartition.NODES, 0x34000, 0, 4)));
        TestPartition test = new TestPartition(4, params);
        assertFalse(test.start());
        String text = test.output().error().toUtf8();
        assertTrue(text.contains("0x35000") && text.contains("0x34000"), text);
        assertEquals(0, test.memory().readU64(TestPartition.TABLES + 511 * 8));
    }

    @Test
    void aNodeWithoutWorkIsAPanicThatTheHostSees() {
        TestPartition test = new TestPartition(2, TestPartition.nodes(1, 1));
        test.settle();
        assertEquals(0, test.memory().readU64(CallerProgram.RESULT));
        assertEquals(1, test.stopReasons().size());
        long[] crash = test.partition().state().crash;
        assertEquals(0x4d49_4853_544f_4f42L, crash[12]);
        assertEquals(0x5349_4445_4341_524bL, crash[13]);
        assertEquals(-1L, crash[14]);
        assertEquals(0xf400_0000_0000_0000L, crash[17]);
        Bytes text = test.memory().readBytes(crash[15], (int) crash[16]);
        assertTrue(text.toUtf8().contains("node 0 has no VP to start"), text.toUtf8());
    }

    private static Map<Integer, VpStartInput> inputs(TestPartition test, HypercallCode code) {
        TreeMap<Integer, VpStartInput> inputs = new TreeMap<>();
        for (MachineEvent event : test.events()) {
            if (event instanceof MachineEvent.HypercallDone call && call.code() == code.code()) {
                VpStartInput input = VpStartInput.CODEC.read(call.input());
                assertEquals(null, inputs.put(input.header().vpIndex(), input), "each VP once");
                assertEquals(0, call.result());
            }
        }
        return inputs;
    }
}
