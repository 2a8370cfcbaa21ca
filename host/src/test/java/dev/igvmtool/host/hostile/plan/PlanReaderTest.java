package dev.igvmtool.host.hostile.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.host.hostile.PageDeed;
import dev.igvmtool.host.hostile.PagePlace;
import dev.igvmtool.machine.partition.Isolation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanReaderTest {
    private static HostilePlan read(String text) {
        return PlanReader.readList("plans.yaml", text).get(0);
    }

    private static String refusal(String text) {
        return String.valueOf(
                assertThrows(DocumentException.class, () -> read(text)).getMessage());
    }

    @Test
    void readsEveryFieldOfAPlan() {
        HostilePlan plan = read("- {name: n, about: a, lies: [{page: {after: S12, place: entry, do: write, offset: 3,"
                + " value: \"0aff\"}}], expect: [{isolation: [snp, tdx], proceeds: S46, unchanged: [e820]}]}");

        assertEquals(
                List.of(new Lie.Page("S12", PagePlace.Named.ENTRY, new PageDeed.Write(3, Bytes.fromHex("0aff")))),
                plan.lies());
        Expectation expected = plan.expectation(Isolation.TDX).orElseThrow();
        assertEquals(Expectation.Outcome.PROCEEDS, expected.outcome());
        assertEquals("S46", expected.event());
        assertEquals(List.of(Expectation.Product.E820), expected.unchanged());
        assertTrue(plan.expectation(Isolation.VBS).isEmpty());
    }

    @Test
    void everyPlanOfTheCatalogueHasANameOfItsOwnAndIsExpectedToDoSomething() {
        Set<String> names = new HashSet<>();
        for (HostilePlan plan : Catalogue.all()) {
            assertTrue(names.add(plan.name()), plan.name());
            assertFalse(plan.about().isEmpty(), plan.name());
            assertFalse(plan.lies().isEmpty(), plan.name());
            assertFalse(plan.expectations().isEmpty(), plan.name());
        }
    }

    @Test
    void saysWhereAPlanIsWrong() {
        assertEquals(
                "plans.yaml: line 1, column 11: unknown value 'mrs' for a lie, did you mean 'msr'?",
                refusal("- lies: [{mrs: {number: 1, value: 2}}]"));
        assertTrue(refusal("- lies: [{page: {after: S1, do: share}}]").contains("one of gpa and place"));
        assertTrue(refusal("- lies: [{page: {after: S1, place: entry, do: write, offset: 4095, value: \"0000\"}}]")
                .contains("past the end of the page"));
        assertTrue(refusal("- lies: []\n  expect: [{isolation: [vbs], refuses: S1, stops: S1}]")
                .contains("exactly one of refuses, stops and proceeds"));
        assertTrue(refusal("- lies: []\n  expect: [{isolation: [vbs], refuses: S1}, {isolation: [vbs], stops: S1}]")
                .contains("a second expectation for vbs"));
        assertTrue(refusal("- lies: [{tree-bytes: {offset: 2000000, value: \"00\"}}]")
                .contains("offset"));
    }

    @Test
    void damagedPlansAreReadOrRefused() {
        String good = "- {name: n, lies: [{hypercall: {code: 0x9a, call: 1, status: 6, output: \"07\"}}],"
                + " expect: [{isolation: [vbs], refuses: S22, says: \"x\"}]}";
        for (int i = 0; i < good.length(); i++) {
            for (String damaged : List.of(
                    good.substring(0, i),
                    good.substring(0, i) + (char) (good.charAt(i) ^ 1) + good.substring(i + 1),
                    good.substring(0, i) + good.substring(i + 1))) {
                try {
                    PlanReader.readList("plans.yaml", damaged);
                } catch (DocumentException expected) {
                    assertTrue(String.valueOf(expected.getMessage()).startsWith("plans.yaml"), expected.getMessage());
                }
            }
        }
    }
}
