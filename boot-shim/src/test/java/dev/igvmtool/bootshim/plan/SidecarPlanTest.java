package dev.igvmtool.bootshim.plan;

import static dev.igvmtool.bootshim.plan.PlanInputs.GIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.IMAGE;
import static dev.igvmtool.bootshim.plan.PlanInputs.MIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.protectable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether, where and for whom the sidecar starts. */
class SidecarPlanTest {
    private static final String NO_POOL = "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=off";
    private static final MemoryEntry FIRST = protectable(IMAGE.start(), IMAGE.end(), 0);
    private static final MemoryEntry SECOND = protectable(GIB, GIB + 64 * MIB, 1);
    private static final long PAGE = 4096;

    private final LogLines log = new LogLines();

    private static PlanInputs inputs() {
        return new PlanInputs().memory(FIRST, SECOND).options(NO_POOL);
    }

    private SidecarPlan plan(PlanInputs inputs) {
        ShimInputs built = inputs.build();
        return SidecarPlan.of(built, MemoryPlan.of(built), () -> true, log);
    }

    private void assertNone(PlanInputs inputs, String line) {
        assertFalse(plan(inputs).starts());
        assertEquals(List.of(line), log.lines());
    }

    /** Each "no" comes before those below it, which would apply as well. */
    @Test
    void theFirstReasonAgainstItIsTheOneThatIsSaid() {
        PlanInputs worst = inputs().cpus(1)
                .memory(FIRST, protectable(GIB, GIB + MIB, 64))
                .options(NO_POOL + " OPENHCL_SIDECAR=off")
                .withoutSidecar();
        assertNone(worst, "[INFO] sidecar: not present in image");
    }

    @Test
    void theOptionComesBeforeNodesAndProcessors() {
        assertNone(
                inputs().cpus(1).memory(FIRST, protectable(GIB, GIB + MIB, 64)).options("OPENHCL_SIDECAR=off"),
                "[INFO] sidecar: disabled via command line");
    }

    @Test
    void nodesFrom64OnAreTooLarge() {
        assertNone(
                inputs().cpus(1).memory(FIRST, protectable(GIB, GIB + MIB, 64)),
                "[WARN] sidecar: NUMA node 64 too large");
        log.lines().clear();
        assertNone(inputs().nodesOfCpus(0, 99), "[WARN] sidecar: NUMA node 99 too large");
    }

    @Test
    void withoutX2apicThereIsNone() {
        ShimInputs built = inputs().cpus(1).build();
        assertFalse(
                SidecarPlan.of(built, MemoryPlan.of(built), () -> false, log).starts());
        assertEquals(List.of("[WARN] sidecar: x2apic not available; not using sidecar"), log.lines());
    }

    @Test
    void x2apicIsNotAskedForIfSomethingElseForbidsIt() {
        ShimInputs built = inputs().cpus(4).options("OPENHCL_SIDECAR=off").build();
        SidecarPlan.of(
                built,
                MemoryPlan.of(built),
                () -> {
                    throw new AssertionError("asked");
                },
                log);
    }

    @Test
    void aProcessorForEachNodeNeedsNone() {
        assertNone(inputs().cpus(1, 1), "[INFO] sidecar: all NUMA nodes have one CPU");
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void anIsolatedGuestHasNoneAndSaysNothing(TreeIsolation isolation) {
        assertFalse(plan(inputs().isolation(isolation).cpus(8)).starts());
        assertEquals(List.of(), log.lines());
    }

    /** Processors of one node, and the sizes of the chunks. */
    @ParameterizedTest
    @CsvSource({"2, '2'", "32, '32'", "33, '17 16'", "64, '32 32'", "65, '22 22 21'", "97, '25 25 25 22'"})
    void largeNodesAreCutIntoNearlyEqualChunks(int cpus, String sizes) {
        assertEquals(
                sizes,
                String.join(
                        " ",
                        plan(inputs().cpus(cpus)).nodes().stream()
                                .map(node -> String.valueOf(node.vpCount()))
                                .toList()));
    }

    @Test
    void memoryIsTakenFromBelowOnTheNodeOfTheProcessors() {
        List<SidecarNodeRecord> nodes = plan(inputs().cpus(4, 3)).nodes();
        long free = IMAGE.start() + 16 * MIB; // behind what the image uses
        assertEquals(
                List.of(
                        new SidecarNodeRecord(free, 53 * PAGE, 0, 4),
                        new SidecarNodeRecord(SECOND.range().start(), 40 * PAGE, 4, 3)),
                nodes);
    }

    @Test
    void aNodeWithoutMemoryTakesAnothers() {
        List<SidecarNodeRecord> nodes = plan(inputs().memory(FIRST).cpus(2, 2)).nodes();
        assertEquals(
                nodes.get(0).memoryBase() + nodes.get(0).memorySize(),
                nodes.get(1).memoryBase());
        assertTrue(
                log.lines()
                        .contains(
                                "[WARN] sidecar: unable to allocate memory for sidecar node on node 1, falling back to node 0"),
                log.lines().toString());
    }

    @Test
    void withoutMemoryThereIsNoneButWhatWasTakenStaysTaken() {
        MemoryEntry tight = protectable(IMAGE.start(), IMAGE.start() + 16 * MIB + 30 * PAGE, 0);
        SidecarPlan plan = plan(inputs().memory(tight).cpus(2, 2));
        assertFalse(plan.starts());
        assertTrue(
                log.lines().contains("[WARN] sidecar: not enough memory for sidecar"),
                log.lines().toString());
        assertTrue(plan.addressSpace().has(AddressSpace.Usage.SIDECAR_NODE));
    }

    @Test
    void singleProcessorsBetweenNodesAreLeftToTheKernel() {
        SidecarPlan plan = plan(inputs().nodesOfCpus(0, 0, 1, 0, 0, 0));
        assertEquals(
                List.of(0L, 3L),
                plan.nodes().stream().map(SidecarNodeRecord::baseVp).toList());
        assertEquals(List.of(0L, 3L), plan.bootCpus(6));
    }

    @Test
    void moreThan128NodesAreRefused() {
        int[] nodes = IntStream.range(0, 129 * 2).map(i -> i / 2 % 2).toArray();
        assertThrows(ShimFatalException.class, () -> plan(inputs().nodesOfCpus(nodes)));
    }

    // ---- after servicing ----

    private static SavedState state(List<Long> mapped, List<Long> outstanding) {
        long start = IMAGE.start();
        return new SavedState(
                List.of(
                        piece(start, start + PAGE, 0, MemoryVtlType.VTL2_PERSISTED_STATE_HEADER),
                        piece(start + PAGE, start + 20 * PAGE, 0, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF),
                        piece(start + 20 * PAGE, IMAGE.end(), 0, MemoryVtlType.VTL2_RAM),
                        piece(GIB, GIB + 64 * MIB, 1, MemoryVtlType.VTL2_RAM)),
                List.of(),
                mapped,
                outstanding);
    }

    private static SavedState.Memory piece(long start, long end, long node, MemoryVtlType type) {
        return new SavedState.Memory(new GpaRange(start, end), node, type, MemoryEntry.VTL2_PROTECTABLE);
    }

    private static PlanInputs restored(Long... excluded) {
        return inputs().persisted(state(List.of(excluded), List.of()));
    }

    @Test
    void excludedProcessorsAndFirstOnesStartWithTheKernel() {
        SidecarPlan plan = plan(restored(2L).cpus(4, 4));
        assertEquals(List.of(0L, 2L, 4L), plan.bootCpus(8));
        assertTrue(plan.servicing().active());
        assertEquals(0, plan.startsVp().u8(2));
        assertEquals(1, plan.startsVp().u8(3));
    }

    @Test
    void bothListsCountAndRepeatsDoNot() {
        SidecarPlan plan = plan(inputs().cpus(6).persisted(state(List.of(5L, 2L), List.of(2L, 3L))));
        assertEquals(List.of(2L, 3L, 5L), plan.servicing().excluded());
        assertEquals(List.of(0L, 2L, 3L, 5L), plan.bootCpus(6));
    }

    @Test
    void aChunkWithoutProcessorsForTheSidecarIsTheKernels() {
        SidecarPlan plan = plan(restored(1L, 2L, 3L).cpus(4, 4));
        assertEquals(
                List.of(4L),
                plan.nodes().stream().map(SidecarNodeRecord::baseVp).toList());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), plan.bootCpus(8));
    }

    @Test
    void ifNoChunkIsLeftThereIsNone() {
        SidecarPlan plan = plan(restored(1L, 2L, 3L).cpus(4));
        assertFalse(plan.starts());
        assertTrue(log.lines().contains("[INFO] sidecar: no nodes have sidecar-started APs; disabling sidecar"));
    }

    @Test
    void theTableHolds400Processors() {
        assertTrue(plan(restored(399L).cpus(400)).starts());
        log.lines().clear();
        assertNone(restored(5L).cpus(401), "[INFO] sidecar: disabled because this is a servicing restore");
        log.lines().clear();
        assertNone(restored(400L).cpus(400), "[INFO] sidecar: disabled because this is a servicing restore");
    }

    /** The reference replaces an explicit "off". */
    @Test
    void tooManyProcessorsAreTheReasonEvenIfTheOptionIsOff() {
        assertNone(
                restored(5L).cpus(401).options("OPENHCL_SIDECAR=off"),
                "[INFO] sidecar: disabled because this is a servicing restore");
    }

    @Test
    void withoutExcludedProcessorsAnyNumberWillDo() {
        assertTrue(plan(restored().cpus(1000)).starts());
        assertFalse(plan(restored().cpus(1000)).servicing().active());
    }
}
