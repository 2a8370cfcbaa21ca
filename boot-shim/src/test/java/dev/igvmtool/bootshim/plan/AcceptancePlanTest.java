package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.ShimInputs.Imported;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.testing.HandoffCase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AcceptancePlanTest {
    private static AcceptancePlan plan(Imported... imported) {
        HandoffCase golden = HandoffCase.all().stream()
                .filter(c -> c.name().equals("vbs-release"))
                .findFirst()
                .orElseThrow();
        ShimInputs inputs = CaseInputs.of(golden);
        Topology topology = new Topology(
                List.of(new MemoryEntry(new GpaRange(0x10000, 0x20000), 0, 3)),
                List.of(),
                List.of(),
                new GpaRange(0, 0),
                new GpaRange(0, 0),
                List.of(),
                List.of());
        return AcceptancePlan.of(
                new ShimInputs(
                        Architecture.X64,
                        inputs.image(),
                        inputs.isolation(),
                        inputs.measuredCommandLine(),
                        inputs.hostTree(),
                        List.of(imported),
                        Optional.empty()),
                topology);
    }

    @Test
    void whatTheLaunchFilledIsNotAcceptedAgain() {
        AcceptancePlan plan = plan(
                new Imported(new GpaRange(0x1000, 0x2000), true),
                new Imported(new GpaRange(0x11000, 0x12000), true),
                new Imported(new GpaRange(0x12000, 0x14000), false));
        assertEquals(List.of(new GpaRange(0x11000, 0x12000)), plan.protect());
        assertEquals(List.of(new GpaRange(0x10000, 0x11000), new GpaRange(0x14000, 0x20000)), plan.accept());
        assertEquals(List.of(new GpaRange(0x12000, 0x14000)), plan.convert());
    }

    @Test
    void theListOfTheImageMustAscend() {
        assertThrows(
                ShimFatalException.class,
                () -> plan(
                        new Imported(new GpaRange(0x2000, 0x3000), true),
                        new Imported(new GpaRange(0x1000, 0x2000), true)));
    }
}
