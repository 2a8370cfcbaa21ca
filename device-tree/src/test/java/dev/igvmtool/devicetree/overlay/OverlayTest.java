package dev.igvmtool.devicetree.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtHeader;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.GoldenSources;
import dev.igvmtool.devicetree.TestSources;
import dev.igvmtool.testing.Mutations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverlayTest {
    @ParameterizedTest
    @ValueSource(strings = {"overlay", "overlay-labels"})
    void givesTheTreeOfFdtoverlayLaidOutAsThere(String name) {
        Bytes golden = GoldenSources.blob("base-with-" + name);
        Fdt overlay = Fdt.parse(GoldenSources.blob(name + "-symbols"));
        Bytes merged = Overlay.apply(GoldenSources.blob("base-symbols"), overlay);
        assertEquals(Fdt.parse(golden).root(), Fdt.parse(merged).root());
        assertEquals(FdtHeader.read(golden), FdtHeader.read(merged));
        assertEquals(
                Fdt.strings(golden).toBytes().toHex(),
                Fdt.strings(merged).toBytes().toHex());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "&none { a; }; | label none has no symbol in the tree, in overlay",
                "&{/none} { a; }; | target /none of fragment@0 is not in the tree, in overlay",
                "/ { f { __overlay__ { }; }; }; | f has neither target nor target-path, in overlay",
                "/ { f { target = <9>; __overlay__ { }; }; }; | target of f is phandle 0x9, which is not in the tree, in overlay",
                "/ { a; __fixups__ { l = '/:a:0'; }; }; | fix-up at offset 0x0 of property a, which has 0x0 bytes, in overlay",
                "/ { __fixups__ { l = '/b:a:0'; }; }; | fix-up '/b:a:0' of a node that is not there, in overlay",
                "/ { __fixups__ { l = '/:a'; }; }; | fix-up '/:a', expected PATH:PROPERTY:OFFSET, in overlay",
                "/ { a; __local_fixups__ { a = <1>; }; }; | local fix-up at offset 0x1 of property a, which has 0x0 bytes, in overlay",
                "/ { __local_fixups__ { b { }; }; }; | local fix-ups of node b, which is not there, in overlay"
            })
    void saysWhatIsNotThere(String overlay, String message) {
        Bytes base = FdtWriter.write(compile("/dts-v1/; / { l: a { }; };"));
        Fdt change = compile("/dts-v1/; /plugin/; " + overlay.replace('\'', '"'));
        assertEquals(
                message.replace('\'', '"'),
                assertThrows(FormatException.class, () -> Overlay.apply(base, change))
                        .getMessage());
    }

    @Test
    void damagedOverlaysAreAppliedOrRefused() {
        Bytes base = GoldenSources.blob("base-symbols");
        Bytes overlay = GoldenSources.blob("overlay-symbols");
        Mutations.allTruncations(overlay, damaged -> Overlay.apply(base, Fdt.parse(damaged)));
        Mutations.allBitFlips(overlay, damaged -> Overlay.apply(base, Fdt.parse(damaged)));
    }

    private static Fdt compile(String text) {
        return TestSources.compile(text, true);
    }
}
