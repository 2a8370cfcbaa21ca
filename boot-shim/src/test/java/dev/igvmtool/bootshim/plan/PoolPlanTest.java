package dev.igvmtool.bootshim.plan;

import static dev.igvmtool.bootshim.plan.PlanInputs.GIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.IMAGE;
import static dev.igvmtool.bootshim.plan.PlanInputs.MIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.protectable;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.AddressSpace.Piece;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How large the private pool is and where it lies. */
class PoolPlanTest {
    private static final String PAGES = "OPENHCL_ENABLE_VTL2_GPA_POOL=";
    private static final String SPLIT = " OPENHCL_VTL2_GPA_POOL_NUMA=split";
    private static final MemoryEntry FIRST = protectable(IMAGE.start(), IMAGE.end(), 0);
    private static final MemoryEntry SECOND = protectable(GIB, GIB + 64 * MIB, 1);
    private static final MemoryEntry THIRD = protectable(2 * GIB, 2 * GIB + 64 * MIB, 2);

    private static PlanInputs inputs(String options) {
        return new PlanInputs().memory(FIRST).cpus(2).options(options);
    }

    private static List<GpaRange> pool(PlanInputs inputs) {
        return MemoryPlan.of(inputs.build()).addressSpace().pieces().stream()
                .filter(piece -> piece.usage() == Usage.POOL)
                .map(Piece::range)
                .toList();
    }

    private static long pages(PlanInputs inputs) {
        return pool(inputs).stream().mapToLong(range -> range.size() / 4096).sum();
    }

    private static String refusal(PlanInputs inputs) {
        return assertThrows(ShimFatalException.class, () -> pool(inputs)).getMessage();
    }

    /** Options, hint of the host, pages. Release table: 512 MiB by (24500 + 48000) / 2; debug: by the first bounds. */
    @ParameterizedTest
    @CsvSource({
        "'', 0, 4096",
        "'', 300, 300",
        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=debug, 0, 3072",
        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=debug, 300, 300",
        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=off, 300, 0",
        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=77, 300, 77",
        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=junk, 300, 0",
        "OPENHCL_ENABLE_VTL2_GPA_POOL=88 OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=off, 300, 88",
        "OPENHCL_ENABLE_VTL2_GPA_POOL=off OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=88, 300, 0",
    })
    void theSizeIsThatOfTheOptionsElseTheHostsElseATables(String options, long hint, long expected) {
        MemoryEntry more = protectable(GIB, GIB + 448 * MIB, 0);
        assertEquals(expected, pages(inputs(options).memory(FIRST, more).dmaHint(hint)));
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void anIsolatedGuestHasNone(TreeIsolation isolation) {
        assertEquals(List.of(), pool(inputs(PAGES + "16").isolation(isolation)));
    }

    @Test
    void allOfItLiesAtTheTopOfNodeZero() {
        assertEquals(
                List.of(new GpaRange(IMAGE.end() - 16 * MIB, IMAGE.end())),
                pool(inputs(PAGES + 4096).memory(FIRST, SECOND)));
    }

    @Test
    void whatNodeZeroCannotHoldIsSplit() {
        assertEquals(
                List.of(
                        new GpaRange(IMAGE.end() - 30 * MIB, IMAGE.end()),
                        new GpaRange(
                                SECOND.range().end() - 30 * MIB, SECOND.range().end())),
                pool(inputs(PAGES + 60 * 256).memory(FIRST, SECOND)));
    }

    @Test
    void theLastNodeTakesTheRemainder() {
        List<GpaRange> pieces = pool(inputs(PAGES + 100 + SPLIT).memory(FIRST, SECOND, THIRD));
        assertEquals(
                List.of(33L, 33L, 34L),
                pieces.stream().map(range -> range.size() / 4096).toList());
        assertEquals(THIRD.range().end(), pieces.get(2).end());
    }

    @Test
    void nodesAreThoseOfMemoryWhateverTheirNumbers() {
        MemoryEntry far = protectable(GIB, GIB + 64 * MIB, 9);
        assertEquals(
                List.of(IMAGE.end(), GIB + 64 * MIB),
                pool(inputs(PAGES + 100 + SPLIT).memory(FIRST, far)).stream()
                        .map(GpaRange::end)
                        .toList());
    }

    @Test
    void aShareOfNothingIsRefused() {
        assertTrue(refusal(inputs(PAGES + 1 + SPLIT).memory(FIRST, SECOND)).contains("cannot be split over 2 nodes"));
        assertTrue(refusal(inputs(PAGES + (1L << 52)).memory(FIRST)).contains("cannot be split over 1 nodes"));
    }

    @Test
    void aNodeWithoutRoomIsNamedWithWhatIsFree() {
        MemoryEntry small = protectable(GIB, GIB + MIB, 1);
        String reason = refusal(inputs(PAGES + 1024 + SPLIT).memory(FIRST, small));
        assertTrue(reason.contains("node 1 has no room for 0x200000 bytes"), reason);
        assertTrue(reason.contains("0x40000000-0x40100000 on node 1"), reason);
    }

    /** The reference multiplies without a check. */
    @Test
    void pagesBeyondTheAddressSpaceWrap() {
        assertEquals(1, pages(inputs(PAGES + ((1L << 52) + 1))));
    }
}
