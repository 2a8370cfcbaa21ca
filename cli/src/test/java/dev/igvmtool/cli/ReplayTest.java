package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A whole boot of the sample, taken apart into snapshots: whichever is restored, what follows is the same. */
class ReplayTest {
    private static final int VPS = 16;
    private static final int NODES = 2;
    private static final long MEMORY = 1L << 30;
    private static final int TURNS_BETWEEN = 400;

    private record Mark(Snapshot snapshot, int event) {}

    @Test
    void bootGoesOnTheSameFromEverySnapshot() throws IOException {
        List<MachineEvent> events = new ArrayList<>();
        VmConfig config = VmConfig.builder().topology(VPS, MEMORY, NODES).build();
        VirtualMachine vm = VirtualMachine.load(
                IgvmReader.read(BootImage.in(sample()).orElseThrow().build().content()),
                config,
                StagePrograms.forMachine(),
                Optional.of(events::add));
        Machine machine = vm.machine();
        List<Mark> marks = new ArrayList<>();
        boolean goesOn = true;
        while (goesOn) {
            marks.add(new Mark(machine.snapshot(), events.size()));
            for (int turn = 0; turn < TURNS_BETWEEN && goesOn; turn++) {
                goesOn = machine.step();
            }
        }
        List<MachineEvent> whole = List.copyOf(events);
        long steps = machine.steps();
        String greeting = vm.guestConsole().text().toUtf8();
        assertTrue(greeting.contains("hello from VTL0"), greeting);
        assertTrue(marks.size() > 5, "the boot takes longer than " + marks.size() + " snapshots");

        Random random = new Random(5);
        for (int round = 0; round < 6; round++) {
            Mark mark = round == 0 ? marks.get(0) : marks.get(random.nextInt(marks.size()));
            events.clear();
            machine.restore(mark.snapshot);
            machine.run(Long.MAX_VALUE);

            assertSame(whole.subList(mark.event, whole.size()), events, mark.snapshot.steps());
            assertEquals(steps, machine.steps());
            assertEquals(greeting, vm.guestConsole().text().toUtf8());
        }
    }

    private static void assertSame(List<MachineEvent> expected, List<MachineEvent> found, long steps) {
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            assertEquals(expected.get(i), found.get(i), "event " + i + " after step " + steps);
        }
        assertEquals(expected.size(), found.size());
    }

    private static Path sample() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("samples/openhcl-x64/manifest.yaml"))) {
            folder = folder.getParent();
        }
        return folder.resolve("samples/openhcl-x64");
    }
}
