package dev.igvmtool.bootshim.plan;

import static dev.igvmtool.bootshim.plan.PlanInputs.GIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.HIGH_MMIO;
import static dev.igvmtool.bootshim.plan.PlanInputs.LOW_MMIO;
import static dev.igvmtool.bootshim.plan.PlanInputs.MIB;
import static dev.igvmtool.bootshim.plan.PlanInputs.VTL2_MMIO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryAllocation;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which MMIO space is whose. */
class MmioChoiceTest {
    private static MmioChoice choose(PlanInputs inputs) {
        return MmioChoice.of(inputs.build(), PlanLog.SILENT);
    }

    private static String refusal(PlanInputs inputs) {
        return assertThrows(ShimFatalException.class, () -> choose(inputs)).getMessage();
    }

    private static PlanInputs asking(long mmioSize) {
        return new PlanInputs().allocation(MemoryAllocation.vtl2(OptionalLong.empty(), OptionalLong.of(mmioSize)));
    }

    @Test
    void withoutIsolationAHostThatChoosesIsBelieved() {
        assertEquals(
                new MmioChoice(List.of(LOW_MMIO), List.of()),
                choose(new PlanInputs().vtl0Mmio(LOW_MMIO).vtl2Mmio()));
    }

    @Test
    void whatTheHostGivesIsUsedAsItIs() {
        MmioChoice given = new MmioChoice(List.of(LOW_MMIO, HIGH_MMIO), List.of(VTL2_MMIO));
        assertEquals(given, choose(asking(GIB)));
        assertEquals(given, choose(asking(0)));
        assertEquals(given, choose(new PlanInputs().isolation(TreeIsolation.SNP)));
        assertTrue(refusal(asking(GIB + 1))
                .contains("gives VTL2 0x40000000 bytes of MMIO, but asks it to have 0x40000001"));
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void anIsolatedGuestTakesWhatItIsNotGiven(TreeIsolation isolation) {
        assertEquals(
                new MmioChoice(
                        List.of(LOW_MMIO, new GpaRange(64 * GIB, 67 * GIB)), List.of(new GpaRange(67 * GIB, 68 * GIB))),
                choose(new PlanInputs().isolation(isolation).vtl2Mmio()));
    }

    /** Half of VTL0's second range, at least 128 MiB and at most 1 GiB, or what the host asks for if that is more. */
    @ParameterizedTest
    @CsvSource({"200, 0, 128", "512, 0, 256", "1536, 0, 768", "4096, 0, 1024", "4096, 1025, 1025", "512, 255, 256"})
    void theUsualSizeFollowsFromTheSecondRange(long secondMib, long askedMib, long takenMib) {
        GpaRange second = GpaRange.ofSize(64 * GIB, secondMib * MIB);
        GpaRange taken = new GpaRange(second.end() - takenMib * MIB, second.end());
        assertEquals(
                new MmioChoice(List.of(LOW_MMIO, new GpaRange(second.start(), taken.start())), List.of(taken)),
                choose(asking(askedMib * MIB).vtl0Mmio(LOW_MMIO, second).vtl2Mmio()));
    }

    @Test
    void onlyTheHighestHighRangeIsTried() {
        GpaRange lower = GpaRange.ofSize(8 * GIB, 4 * GIB);
        GpaRange higher = GpaRange.ofSize(16 * GIB, 512 * MIB);
        assertTrue(refusal(asking(GIB).vtl0Mmio(lower, higher).vtl2Mmio())
                .contains("no high MMIO range of 0x40000000 bytes"));
        assertEquals(
                List.of(new GpaRange(higher.end() - 300 * MIB, higher.end())),
                choose(asking(300 * MIB).vtl0Mmio(lower, higher).vtl2Mmio()).vtl2());
    }

    @Test
    void aRangeBelowFourGibibytesIsNotTouched() {
        GpaRange low = GpaRange.ofSize(2 * GIB, GIB);
        assertTrue(refusal(asking(0).vtl0Mmio(low, LOW_MMIO).vtl2Mmio()).contains("no high MMIO range"));
    }

    @Test
    void vtl0MustKeepTwoRanges() {
        GpaRange whole = GpaRange.ofSize(64 * GIB, 128 * MIB);
        assertTrue(refusal(asking(0).vtl0Mmio(LOW_MMIO, whole).vtl2Mmio()).contains("expected 2 ranges"));
        assertTrue(refusal(asking(0).vtl0Mmio(HIGH_MMIO).vtl2Mmio()).contains("VTL0 has 1 MMIO ranges"));
        assertTrue(refusal(asking(0).vtl0Mmio().vtl2Mmio()).contains("VTL0 has 0 MMIO ranges"));
    }
}
