package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the seed decides: two runs with one seed are the same to the byte, with another only entropy differs. */
class SeedTest {
    /** Random pools of kernel and processes, and what they gave away: so many bytes in one place. */
    private static final int LARGEST_DIFFERENCE = 64;

    @TempDir
    Path folder;

    @Test
    void oneSeedGivesTheSameOutputTraceAndDumps() throws IOException {
        List<String> runs = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            Outcome outcome = TestConsole.run(
                    "boot",
                    Samples.folder("openhcl-x64").toString(),
                    "--vps",
                    "5",
                    "--nodes",
                    "2",
                    "--seed",
                    "11",
                    "--json",
                    "--trace",
                    folder.resolve(name + ".ndjson").toString(),
                    "--dump",
                    "memory:0x8000000:0x4000000=" + folder.resolve(name + ".bin"));
            assertEquals(0, outcome.status(), outcome.err());
            runs.add(outcome.out());
        }
        assertEquals(runs.get(0), runs.get(1));
        assertEquals(-1, Files.mismatch(folder.resolve("a.ndjson"), folder.resolve("b.ndjson")));
        assertEquals(-1, Files.mismatch(folder.resolve("a.bin"), folder.resolve("b.bin")));
    }

    @Test
    void anotherSeedDiffersOnlyWhereEntropyShows() throws IOException {
        IgvmFile image = IgvmReader.read(BootImage.in(Samples.folder("openhcl-x64"))
                .orElseThrow()
                .build()
                .content());
        List<List<String>> traces = List.of(new ArrayList<>(), new ArrayList<>());
        List<VirtualMachine> machines = new ArrayList<>();
        for (int seed = 0; seed < 2; seed++) {
            List<String> trace = traces.get(seed);
            VmConfig config = VmConfig.builder().vpCount(4).seed(seed).build();
            VirtualMachine vm = VirtualMachine.load(
                    image, config, StagePrograms.forMachine(), Optional.of(event -> trace.add(event.toString())));
            vm.machine().run(Long.MAX_VALUE);
            machines.add(vm);
        }
        assertEquals(traces.get(0), traces.get(1));
        assertEquals(
                machines.get(0).guestConsole().text(),
                machines.get(1).guestConsole().text());
        int pages = 0;
        for (RamRange ram : machines.get(0).plan().ram()) {
            pages += differentPages(machines, ram.range());
        }
        assertTrue(pages > 2 && pages < 20, pages + " pages differ");
        assertNotEquals(
                machines.get(0).plan().hostTree(), machines.get(1).plan().hostTree());
    }

    private static int differentPages(List<VirtualMachine> machines, GpaRange range) {
        PhysicalMemory first = machines.get(0).machine().physicalMemory();
        PhysicalMemory second = machines.get(1).machine().physicalMemory();
        int count = 0;
        for (long gpa = range.start(); gpa < range.end(); gpa += PhysicalMemory.PAGE_SIZE) {
            Bytes a = first.readBytes(gpa, PhysicalMemory.PAGE_SIZE);
            Bytes b = second.readBytes(gpa, PhysicalMemory.PAGE_SIZE);
            if (a.equals(b)) {
                continue;
            }
            count++;
            int bytes = 0;
            for (int i = 0; i < a.size(); i++) {
                bytes += a.u8(i) == b.u8(i) ? 0 : 1;
            }
            assertTrue(bytes <= LARGEST_DIFFERENCE, String.format("%d bytes differ in page 0x%x", bytes, gpa));
        }
        return count;
    }
}
