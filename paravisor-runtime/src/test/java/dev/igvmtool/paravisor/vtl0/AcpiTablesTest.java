package dev.igvmtool.paravisor.vtl0;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.CpuEntry;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcpiTablesTest {
    /** RAM of the golden images: 40960 pages. */
    private static final long GOLDEN_RAM = 40960L * 4096;

    @ParameterizedTest
    @CsvSource({"snp-linux-direct,1", "snp-linux-direct-multi-vp,2"})
    void equalTheReferenceByteForByte(String name, int processorCount) throws IOException {
        String image = text(Bytes.wrap(
                Files.readAllBytes(SharedTestData.require("golden/cases/" + name + "/expected/" + name + ".bin"))));
        AcpiTables tables = tables(processorCount, GOLDEN_RAM);
        assertTrue(image.contains(text(tables.tables())), "tables");
        assertTrue(image.contains(text(tables.rsdp())), "RSDP");
    }

    @Test
    void sumToZero() {
        Bytes tables = tables(300, 1L << 32).tables();
        int offset = 0;
        int count = 0;
        while (offset < tables.size()) {
            int length = (int) tables.u32(offset + 4);
            int sum = 0;
            for (int i = 0; i < length; i++) {
                sum += tables.u8(offset + i);
            }
            assertEquals(0, sum & 0xff, "table at " + offset);
            offset += length + 7 & ~7;
            count++;
        }
        assertEquals(5, count);
    }

    /** Processor n on node n, as the reference's profile has it. */
    private static AcpiTables tables(int processorCount, long ramBytes) {
        List<CpuEntry> cpus = new ArrayList<>();
        for (int i = 0; i < processorCount; i++) {
            cpus.add(new CpuEntry(i, i));
        }
        PartitionView.Ram ram = new PartitionView.Ram(GpaRange.ofSize(0, ramBytes), 0);
        return AcpiTables.of(LinuxLoad.ACPI_GPA, cpus, List.of(ram));
    }

    /** Bytes as characters, to search by {@link String#contains}. */
    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }
}
