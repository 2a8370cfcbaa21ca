package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeLayoutTest {
    @Test
    void pagesOfAVpStandInTheOrderOfTheSpecification() {
        NodeLayout node = new NodeLayout(0x10_0000, 8, 4);
        assertEquals(0x3_5000, node.requiredBytes());
        assertEquals(new SidecarOutputNode(0x10_0000, 0x10_1000, 0x8000), node.output());
        NodeLayout.VpPages second = node.vp(1);
        assertEquals(0x10_3000, second.commandPage());
        assertEquals(0x10_4000, second.registerPage());
        assertEquals(0x10_9000 + 0xb000, second.pml4());
        assertEquals(second.pml4() + 0x4000, second.stack(0));
        assertEquals(second.pml4() + 0xa000, second.hypercallOutput());
        assertEquals(node.memoryBase() + node.requiredBytes(), node.vp(3).hypercallOutput() + 0x1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none-4vp-dev", "none-16vp-2node", "none-64vp-4node", "none-128vp-sidecar", "svc-excluded"})
    void outputPageIsThatOfTheRealSidecar(String name) {
        GoldenStart golden = GoldenStart.of(name);
        List<SidecarOutputNode> nodes = new ArrayList<>();
        for (SidecarNodeRecord record : golden.params().nodes()) {
            NodeLayout node = new NodeLayout(record.memoryBase(), record.baseVp(), record.vpCount());
            assertEquals(record.memorySize(), node.requiredBytes());
            nodes.add(node.output());
        }
        while (nodes.size() < SidecarLimits.MAX_NODES) {
            nodes.add(SidecarOutputNode.NONE);
        }
        Bytes page = SidecarOutput.CODEC.toBytes(new SidecarOutput(Bytes.EMPTY, nodes));
        assertEquals(golden.output(), page.paddedTo(SidecarLimits.PAGE_BYTES));
    }
}
