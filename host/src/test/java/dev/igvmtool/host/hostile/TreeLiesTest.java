package dev.igvmtool.host.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeLiesTest {
    private static final Bytes TRUTH = truth();

    private static Bytes truth() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of());
        FdtBuilder.Name reg = fdt.addString("reg");
        return fdt.startNode("")
                .startNode("memory@0")
                .u32(reg, 1)
                .endNode()
                .endNode()
                .build(5);
    }

    @Test
    void withoutLiesTheTreeIsTheSame() {
        assertEquals(TRUTH, TreeLies.tell(TRUTH, List.of(new Lie.MsrValue(1, 2))));
    }

    @Test
    void sourceIsMergedIntoTheTree() {
        Bytes lied = TreeLies.tell(TRUTH, List.of(new Lie.TreeSource("/ { memory@0 { reg = <7>; }; cpus { }; };")));

        Fdt tree = Fdt.parse(lied);
        assertEquals(
                Bytes.fromHex("00000007"),
                tree.root().child("memory@0").orElseThrow().require("reg").value());
        assertTrue(tree.root().child("cpus").isPresent());
        assertEquals(5, tree.bootCpuidPhys());
    }

    @Test
    void sourceThatDoesNotFitIsRefused() {
        List<Lie> lies = List.of(new Lie.TreeSource("/ { /delete-node/ nowhere@1; "));
        FormatException refused = assertThrows(FormatException.class, () -> TreeLies.tell(TRUTH, lies));
        assertTrue(String.valueOf(refused.getMessage()).contains("device tree of the plan"), refused::getMessage);
    }

    @Test
    void bytesAreOverwrittenAndTheEndIsMoved() {
        Bytes lied = TreeLies.tell(TRUTH, List.of(new Lie.TreeBytes(4, Bytes.fromHex("ffffffff"))));
        assertEquals("d00dfeedffffffff", lied.slice(0, 8).toHex());

        assertEquals(100, TreeLies.tell(TRUTH, List.of(new Lie.TreeSize(100))).size());
        assertEquals(
                TRUTH.size() + 2,
                TreeLies.tell(TRUTH, List.of(new Lie.TreeBytes(TRUTH.size(), Bytes.fromHex("abcd"))))
                        .size());
    }
}
