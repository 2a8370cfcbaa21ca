package dev.igvmtool.paravisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ParavisorRuntimeTest {
    private static final List<Step> STEPS = new ParavisorRuntime().steps();

    @Test
    void stepNamesAreUniqueSymbols() {
        Set<String> names = new HashSet<>();
        for (Step step : STEPS) {
            assertTrue(step.name().matches("[a-z0-9-]+"), step.name());
            assertTrue(names.add(step.name()), step.name());
        }
    }

    @Test
    void slotsEndBeforeTheData() {
        ImageLayout layout = new ParavisorRuntime().layout();
        assertTrue(layout.entryOffset() + (long) STEPS.size() * ImageLayout.SLOT_BYTES <= layout.dataOffset());
    }

    @Test
    void showsTheEventsInTheirOrder() {
        assertEquals(
                List.of(
                        "P01", "P02", "P03", "P04", "P05", "P09", "P20", "P23", "P24", "P25", "P26", "P27", "P28",
                        "P29", "P30", "P31", "P32", "P33", "P34", "P36", "P37", "P38", "P41", "P43", "P50", "P51",
                        "P52", "V09", "P53", "P54", "P55", "V01", "V02", "V03", "V04", "V07"),
                STEPS.stream()
                        .map(Step::event)
                        .flatMap(Optional::stream)
                        .distinct()
                        .toList());
    }
}
