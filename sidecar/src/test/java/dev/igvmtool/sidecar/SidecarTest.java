package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SidecarTest {
    private final Sidecar sidecar = new Sidecar();

    @Test
    void everyEventOfTheSidecarIsAStep() {
        List<String> events = sidecar.steps().stream()
                .map(Step::event)
                .flatMap(Optional::stream)
                .toList();
        List<String> start = List.of(
                "C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C11", "C12", "C14", "C13");
        assertEquals(start, events.subList(0, start.size()));
        assertEquals(
                new TreeSet<>(List.of("C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C30")),
                new TreeSet<>(events.subList(start.size(), events.size())));
    }

    @Test
    void stepNamesAreUniqueAndTheSlotsFitTheTextOfTheRealImage() {
        List<String> names = sidecar.steps().stream().map(Step::name).toList();
        assertEquals(names.size(), new TreeSet<>(names).size());
        assertEquals(0x5000, sidecar.layout().entryOffset());
        assertTrue(names.size() * ImageLayout.SLOT_BYTES <= 0x6b98);
    }
}
