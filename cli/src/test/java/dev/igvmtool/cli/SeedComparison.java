package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Boots of one sample with two seeds: the same events, and memory that differs only where entropy shows. */
final class SeedComparison {
    /** Random pools of kernel and processes and what they gave away, at most 64 bytes; four keys of the secrets page. */
    private static final int LARGEST_DIFFERENCE = 4 * 32;

    private static final int LIMIT = 1_000_000;

    private SeedComparison() {}

    static void check(String sample, Isolation isolation) {
        IgvmFile image = IgvmReader.read(
                BootImage.in(Samples.folder(sample)).orElseThrow().build().content());
        List<List<String>> traces = List.of(new ArrayList<>(), new ArrayList<>());
        List<VirtualMachine> machines = new ArrayList<>();
        for (int seed = 0; seed < 2; seed++) {
            List<String> trace = traces.get(seed);
            VmConfig config = VmConfig.builder()
                    .vpCount(4)
                    .isolation(isolation)
                    .seed(seed)
                    .build();
            VirtualMachine vm = VirtualMachine.load(
                    image, config, StagePrograms.forMachine(), Optional.of(event -> trace.add(event.toString())));
            vm.machine().run(LIMIT);
            machines.add(vm);
        }
        assertEquals(traces.get(0), traces.get(1));
        String text = machines.get(0).guestConsole().text().toUtf8();
        assertTrue(text.startsWith("guest: hello from VTL0"), text);
        assertEquals(text, machines.get(1).guestConsole().text().toUtf8());
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
