package dev.igvmtool.devicetree.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.TestSources;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeDifferenceTest {
    @Test
    void theOrderMeansNothing() {
        Fdt first = tree("/ { a = <1>; b; c { }; d { e; }; };");
        Fdt second = tree("/ { b; a = <1>; d { e; }; c { }; };");
        assertEquals(List.of(), TreeDifference.between(first, second));
    }

    @Test
    void namesNodesAndProperties() {
        Fdt first = tree("/memreserve/ 0x1000 0x10; / { a = <1>; b; cpus { cpu@0 { reg = <0>; }; }; gone { }; };");
        Fdt second = tree("/ { a = \"x\"; c = [01]; cpus { cpu@0 { reg = <3>; }; }; new { }; };");
        assertEquals(
                List.of(
                        "! boot_cpuid_phys = 0 -> 3",
                        "! reservations = [0x1000+0x10] -> []",
                        "! /: a = <0x01> -> \"x\"",
                        "- /: b",
                        "+ /: c = [01]",
                        "! /cpus/cpu@0: reg = <0x00> -> <0x03>",
                        "- /gone",
                        "+ /new"),
                TreeDifference.between(first, second).stream()
                        .map(TreeDifference::line)
                        .toList());
    }

    private static Fdt tree(String text) {
        return TestSources.compile("/dts-v1/; " + text);
    }
}
