package dev.igvmtool.devicetree.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class DtsTest {
    @Test
    void guessesTypesAsDtcDoes() {
        FdtBuilder fdt = new FdtBuilder(0x1000, List.of(new GpaRange(0x1000, 0x3000)));
        FdtBuilder.Name a = fdt.addString("a");
        FdtBuilder.Name b = fdt.addString("b");
        fdt.startNode("").u32(a, 2, 0x8000000).empty(b);
        fdt.startNode("child@1").strings(a, List.of("ctrl", "say \"hi\"\t\\")).bytes(b, Bytes.fromHex("0001ff"));
        fdt.endNode().startNode("child@2").u32(a, 0).endNode().endNode();
        assertEquals("""
                /dts-v1/;

                /memreserve/\t0x0000000000001000 0x0000000000002000;
                / {
                \ta = <0x02 0x8000000>;
                \tb;

                \tchild@1 {
                \t\ta = "ctrl\\0say \\"hi\\"\\t\\\\";
                \t\tb = [00 01 ff];
                \t};

                \tchild@2 {
                \t\ta = <0x00>;
                \t};
                };
                """, Dts.decompile(Fdt.parse(fdt.build(0))));
    }
}
