package dev.igvmtool.bootshim.plan;

import static dev.igvmtool.bootshim.plan.PlanInputs.GIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.IMAGE;
import static dev.igvmtool.bootshim.plan.PlanInputs.MIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.memory;
import static dev.igvmtool.bootshim.plan.PlanInputs.protectable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.ShimInputs.Imported;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which memory is VTL2's, given and selected. */
class Vtl2MemoryChoiceTest {
    private static final long SHARE = 0x8000;

    private static List<MemoryEntry> choose(PlanInputs inputs) {
        return Vtl2MemoryChoice.of(inputs.build(), PlanLog.SILENT);
    }

    private static String refusal(PlanInputs inputs) {
        return assertThrows(ShimFatalException.class, () -> choose(inputs)).getMessage();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "VBS"})
    void whatTheHostOffersIsTakenWithItsNodes(TreeIsolation isolation) {
        MemoryEntry first = protectable(128 * MIB, 256 * MIB, 0);
        MemoryEntry second = protectable(2 * GIB, 2 * GIB + MIB, 3);
        assertEquals(
                List.of(first, second),
                choose(new PlanInputs()
                        .isolation(isolation)
                        .memory(memory(0, 128 * MIB, 0), first, memory(GIB, 2 * GIB, 1), second)));
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "VBS"})
    void withoutAnOfferTheMeasuredRangeIsTaken(TreeIsolation isolation) {
        assertEquals(
                List.of(new MemoryEntry(IMAGE, 0, MemoryEntry.VTL2_PROTECTABLE)),
                choose(new PlanInputs().isolation(isolation).memory(memory(0, GIB, 1))));
    }

    @ParameterizedTest
    @EnumSource(names = {"SNP", "TDX"})
    void ofHardwareIsolatedGuestsTheHostChoosesNothingButTheSize(TreeIsolation isolation) {
        PlanInputs inputs = new PlanInputs().isolation(isolation);
        GpaRange larger = GpaRange.ofSize(IMAGE.start(), 100 * MIB);
        assertEquals(
                List.of(new MemoryEntry(larger, 0, MemoryEntry.VTL2_PROTECTABLE)),
                choose(inputs.memory(
                        protectable(GIB, GIB + 60 * MIB, 2), protectable(3 * GIB, 3 * GIB + 40 * MIB, 4))));
        assertEquals(
                List.of(new MemoryEntry(IMAGE, 0, MemoryEntry.VTL2_PROTECTABLE)),
                choose(inputs.memory(protectable(GIB, GIB + MIB, 2))));
    }

    @Test
    void aSingleNodeGivesTheRestFromItsHighestPiece() {
        assertEquals(
                List.of(memory(IMAGE.start(), IMAGE.end(), 0), memory(GIB - 36 * MIB, GIB, 0)),
                choose(new PlanInputs().selects(100 * MIB)));
        assertEquals(
                List.of(
                        memory(IMAGE.start(), IMAGE.end(), 0),
                        memory(GIB - 4 * MIB, GIB, 0),
                        memory(2 * GIB, 2 * GIB + 32 * MIB, 0)),
                choose(new PlanInputs()
                        .memory(memory(0, GIB, 0), memory(2 * GIB, 2 * GIB + 32 * MIB, 0))
                        .selects(100 * MIB)));
    }

    @Test
    void theStartIsRoundedDownToEightPages() {
        assertEquals(
                memory(GIB - 2 * SHARE, GIB - 0x1000, 0),
                choose(new PlanInputs().memory(memory(0, GIB - 0x1000, 0)).selects(IMAGE.size() + 0x1000))
                        .get(1),
                "8 pages are asked for, below an end that is not a multiple of them");
    }

    @Test
    void withoutASizeTheImageDecides() {
        assertEquals(
                List.of(memory(IMAGE.start(), IMAGE.end(), 0)),
                choose(new PlanInputs().allocation(MemoryAllocation.vtl2(OptionalLong.empty(), OptionalLong.empty()))));
    }

    @Test
    void aNodeWithMoreThanItsShareGivesNothingMoreAndIsNamed() {
        LogLines log = new LogLines();
        List<MemoryEntry> chosen = Vtl2MemoryChoice.of(
                new PlanInputs()
                        .memory(memory(0, GIB, 0), memory(GIB, 2 * GIB, 1))
                        .selects(80 * MIB)
                        .build(),
                log);
        assertEquals(List.of(memory(IMAGE.start(), IMAGE.end(), 0), memory(2 * GIB - 40 * MIB, 2 * GIB, 1)), chosen);
        assertTrue(
                log.lines().stream().anyMatch(line -> line.startsWith("[WARN] entry ")),
                log.lines().toString());
    }

    @Test
    void nodesMustBeNumberedWithoutGaps() {
        String reason = refusal(new PlanInputs()
                .memory(memory(0, GIB, 0), memory(GIB, 2 * GIB, 2))
                .selects(100 * MIB));
        assertTrue(reason.contains("lies on node 2, expected less than 2"), reason);
    }

    @Test
    void whatTheLaunchFilledIsNotSelected() {
        Imported filled = new Imported(new GpaRange(GIB - MIB, GIB), true);
        assertEquals(
                memory(GIB - 2 * MIB, GIB - MIB, 0),
                choose(new PlanInputs().imported(filled).selects(IMAGE.size() + MIB))
                        .get(1));
    }

    @Test
    void onlyATrustDomainHasAResetPageThatIsNoMemory() {
        Imported reset = new Imported(new GpaRange(0xffff_f000L, 0x1_0000_0000L), true);
        PlanInputs inputs = new PlanInputs().imported(reset).selects(IMAGE.size());
        assertEquals(1, choose(inputs.isolation(TreeIsolation.TDX)).size());
        assertTrue(refusal(inputs.isolation(TreeIsolation.SNP)).contains("is not memory of the host"));
    }

    /** Random maps: what is selected is as the rules say, whichever way it is found. */
    @Test
    void selectionKeepsItsRules() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            int nodes = 1 + random.nextInt(4);
            List<MemoryEntry> map = map(random, nodes);
            long total = IMAGE.size() + random.nextInt(200) * (MIB / 2);
            List<MemoryEntry> chosen;
            try {
                chosen = choose(new PlanInputs().memory(map).selects(total));
            } catch (ShimFatalException e) {
                assertTrue(e.getMessage().contains("too little memory"), "seed " + seed + ": " + e.getMessage());
                continue;
            }
            assertRules("seed " + seed, map, chosen, nodes, total);
        }
    }

    private static List<MemoryEntry> map(Random random, int nodes) {
        List<MemoryEntry> map = new ArrayList<>();
        map.add(memory(0, 256 * MIB, 0));
        long at = 256 * MIB;
        for (int i = 0; i < 2 * nodes; i++) {
            at += random.nextInt(3) * 0x3000L;
            long end = at + (1 + random.nextInt(64)) * 0x10_1000L;
            map.add(memory(at, end, i % nodes));
            at = end;
        }
        return map;
    }

    private static void assertRules(
            String seed, List<MemoryEntry> map, List<MemoryEntry> chosen, int nodes, long total) {
        for (int i = 1; i < chosen.size(); i++) {
            assertTrue(chosen.get(i - 1).range().end() <= chosen.get(i).range().start(), seed + ": " + chosen);
        }
        assertTrue(chosen.contains(memory(IMAGE.start(), IMAGE.end(), 0)), seed);
        for (MemoryEntry piece : chosen) {
            assertTrue(
                    map.stream()
                            .anyMatch(entry -> entry.node() == piece.node()
                                    && entry.range().contains(piece.range())),
                    seed + ": " + piece);
        }
        long share = (total / nodes + SHARE - 1) / SHARE * SHARE;
        for (int node = 0; node < nodes; node++) {
            assertNode(seed + ", node " + node, map, chosen, node, share);
        }
    }

    private static void assertNode(String what, List<MemoryEntry> map, List<MemoryEntry> chosen, int node, long share) {
        long size = of(chosen, node).mapToLong(GpaRange::size).sum();
        long own = node == 0 ? IMAGE.size() : 0;
        assertTrue(size >= share && (size < share + SHARE || size == own), what + " gives " + size + " of " + share);
        // From the top: below the lowest selected piece nothing else is selected, above it nothing is left.
        long lowest = of(chosen, node)
                .filter(range -> !range.equals(IMAGE))
                .mapToLong(GpaRange::start)
                .min()
                .orElse(Long.MAX_VALUE);
        long above = of(map, node)
                .mapToLong(range -> Math.max(0, range.end() - Math.max(lowest, range.start())))
                .sum();
        long imageAbove = node == 0 && lowest < IMAGE.start() ? IMAGE.size() : 0;
        assertEquals(above, size - own + imageAbove, what);
    }

    private static Stream<GpaRange> of(List<MemoryEntry> entries, int node) {
        return entries.stream().filter(entry -> entry.node() == node).map(MemoryEntry::range);
    }
}
