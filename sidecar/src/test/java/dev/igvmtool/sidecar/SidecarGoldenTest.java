package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same parameters as the real sidecar got leave the same pages, contexts and MSR writes. */
class SidecarGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"none-4vp-dev", "none-16vp-2node", "none-64vp-4node", "none-128vp-sidecar", "svc-excluded"})
    void leavesWhatTheRealSidecarLeft(String name) {
        GoldenStart golden = GoldenStart.of(name);
        SidecarParams params = golden.params();
        TestPartition test = new TestPartition(
                128,
                new SidecarParams(
                        TestPartition.HYPERCALL_PAGE,
                        params.enableLogging(),
                        params.nodes(),
                        params.perCpuActive(),
                        params.startsVp()));
        assertTrue(test.start());
        test.settle();
        assertEquals(golden.output(), test.memory().readBytes(TestPartition.OUTPUT, SidecarLimits.PAGE_BYTES));
        List<GoldenStart.Node> nodes = golden.nodes();
        assertEquals(params.nodes().size(), nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            assertEquals(
                    nodes.get(i),
                    node(test.controlPage(i), nodes.get(i).status().size()));
        }
        assertEquals(golden.contexts("0xf"), contexts(test, HypercallCode.ENABLE_VP_VTL, golden));
        Map<Integer, InitialVpContext> started = contexts(test, HypercallCode.START_VIRTUAL_PROCESSOR, golden);
        assertEquals(golden.contexts("0x99"), started);
        assertFalse(started.isEmpty());
        started.keySet().forEach(vp -> assertEquals(golden.msrWrites(vp), test.msrWrites(vp)));
    }

    private static GoldenStart.Node node(ControlPage page, int count) {
        Map<String, Long> fields = new TreeMap<>(Map.of(
                "index", page.index(),
                "base_cpu", page.baseCpu(),
                "cpu_count", page.cpuCount(),
                "request_vector", page.requestVector(),
                "response_cpu", page.responseCpu(),
                "response_vector", page.responseVector(),
                "needs_attention", page.needsAttention() ? 1L : 0L));
        return new GoldenStart.Node(fields, page.memory().readBytes(page.address() + ControlPage.CPU_STATUS, count));
    }

    /** Entry and table addresses are a matter of linking, so they are taken from the reference. */
    private static Map<Integer, InitialVpContext> contexts(TestPartition test, HypercallCode code, GoldenStart golden) {
        Map<Integer, InitialVpContext> contexts = new TreeMap<>();
        Map<Integer, InitialVpContext> others = golden.contexts(String.format("0x%x", code.code()));
        for (MachineEvent event : test.events()) {
            if (event instanceof MachineEvent.HypercallDone call && call.code() == code.code()) {
                VpStartInput input = VpStartInput.CODEC.read(call.input());
                InitialVpContext c = input.context();
                InitialVpContext other = others.getOrDefault(input.header().vpIndex(), InitialVpContext.ZERO);
                assertEquals(other.idtr().limit(), c.idtr().limit());
                assertEquals(other.gdtr().limit(), c.gdtr().limit());
                contexts.put(input.header().vpIndex(), relinked(c, other.rip(), other.idtr(), other.gdtr()));
            }
        }
        return contexts;
    }

    private static InitialVpContext relinked(InitialVpContext c, long rip, TableValue idtr, TableValue gdtr) {
        return new InitialVpContext(
                rip,
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
                idtr,
                gdtr,
                c.efer(),
                c.cr0(),
                c.cr3(),
                c.cr4(),
                c.pat());
    }
}
