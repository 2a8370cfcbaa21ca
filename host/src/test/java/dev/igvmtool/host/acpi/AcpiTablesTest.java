package dev.igvmtool.host.acpi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcpiTablesTest {
    private static final int HEADER = 36;

    private static Map<String, Bytes> tables() {
        Srat srat = new Srat();
        IntStream.range(0, 300).forEach(i -> srat.processor(i, i / 150));
        srat.memory(new GpaRange(0, 0xf800_0000L), 0).memory(GpaRange.ofSize(1L << 32, 1L << 33), 1);
        Map<String, Bytes> tables = new TreeMap<>();
        tables.put("APIC", Madt.of(IntStream.range(0, 300).toArray()));
        tables.put("SRAT", srat.toBytes());
        tables.put("SLIT", Slit.of(List.of(List.of(10, 17), List.of(29, 10))));
        tables.put("PPTT", Pptt.of(300, new Pptt.Packing(2, 4)));
        return tables;
    }

    /** Structures of a table from {@code offset} on: a type, a length, and the rest of that length. */
    private static List<Bytes> structures(Bytes table, int offset) {
        List<Bytes> structures = new ArrayList<>();
        for (int at = offset; at < table.size(); ) {
            int length = table.u8(at + 1);
            assertTrue(length >= 2, "structure of " + length + " bytes at " + at);
            structures.add(table.slice(at, length));
            at += length;
        }
        return structures;
    }

    private static List<Bytes> ofType(List<Bytes> structures, int type) {
        return structures.stream().filter(it -> it.u8(0) == type).toList();
    }

    @Test
    void everyTableHasItsSignatureLengthAndChecksum() {
        tables().forEach((signature, table) -> {
            assertEquals(Bytes.utf8(signature), table.slice(0, 4));
            assertEquals(table.size(), table.u32(4), signature);
            int sum = 0;
            for (byte value : table.toByteArray()) {
                sum += value;
            }
            assertEquals(0, sum & 0xff, signature);
        });
    }

    @Test
    void madtHasAnXapicForSmallIdsAndAnX2apicForTheRest() {
        Bytes madt = Madt.of(new int[] {0, 0xfe, 0xff, -1, 7});
        assertEquals(0xfee0_0000L, madt.u32(HEADER));
        List<Bytes> structures = structures(madt, HEADER + 8);
        assertEquals(
                List.of(
                        Bytes.fromHex("0008010001000000"),
                        Bytes.fromHex("000802fe01000000"),
                        Bytes.fromHex("0008050701000000")),
                ofType(structures, 0));
        assertEquals(
                List.of(
                        Bytes.fromHex("09100000ff0000000100000003000000"),
                        Bytes.fromHex("09100000ffffffff0100000004000000")),
                ofType(structures, 9));
        assertEquals(List.of(Bytes.fromHex("010c00000000c0fe00000000")), ofType(structures, 1));
        assertEquals(
                List.of(Bytes.fromHex("020a0009090000000d00"), Bytes.fromHex("020a0000020000000000")),
                ofType(structures, 2));
        assertEquals(List.of(Bytes.fromHex("0406ff000001")), ofType(structures, 4));
    }

    @Test
    void madtTakesProcessorsBeyondTheNumbersOfAnXapic() {
        int[] ids = IntStream.range(0, 300).map(i -> i % 200).toArray();
        List<Bytes> structures = structures(Madt.of(ids), HEADER + 8);
        assertEquals(255, ofType(structures, 0).size());
        assertEquals(45, ofType(structures, 9).size());
        assertEquals(256, ofType(structures, 9).get(0).u32(12));
    }

    @Test
    void sratSaysWhichNodeHasWhat() {
        Bytes srat = new Srat()
                .processor(5, 0x01020304)
                .processor(0x1234, 7)
                .memory(GpaRange.ofSize(0x1_2345_6000L, 0x2_0000_1000L), 3)
                .toBytes();
        assertEquals(1, srat.u32(HEADER));
        assertEquals(
                List.of(
                        Bytes.fromHex("0010040501000000" + "00030201" + "00000000"),
                        Bytes.fromHex("0218000007000000341200000100000000000000" + "00000000"),
                        Bytes.fromHex("012803000000" + "0000" + "0060452301000000" + "0010000002000000" + "00000000"
                                + "01000000" + "0000000000000000")),
                structures(srat, HEADER + 12));
    }

    @Test
    void slitIsASquareOfDistances() {
        Bytes slit = Slit.of(List.of(List.of(10, 17), List.of(29, 10)));
        assertEquals(Bytes.fromHex("02000000000000000a111d0a"), slit.slice(HEADER, 12));
    }

    @Test
    void ppttHasPackagesCoresAndThreads() {
        List<Bytes> nodes = structures(Pptt.of(5, new Pptt.Packing(2, 2)), HEADER);
        // By place in the list: package, core, two threads, core, two threads; package, core, thread.
        int none = -1;
        assertEquals(
                List.of(none, 0, 1, 1, 0, 4, 4, none, 7, 8),
                nodes.stream()
                        .map(node -> node.u32(8) == 0 ? none : (int) (node.u32(8) - HEADER) / node.u8(1))
                        .toList());
        int threadWithUid = 0xe;
        assertEquals(
                List.of(1L, 2L, 3L, 4L, 5L),
                nodes.stream()
                        .filter(node -> node.u32(4) == threadWithUid)
                        .map(node -> node.u32(12))
                        .toList());
        List<Bytes> cores = structures(Pptt.of(3, new Pptt.Packing(1, 2)), HEADER);
        int packageNode = 0x11;
        int coreWithUid = 0xa;
        assertEquals(
                List.of(packageNode, coreWithUid, coreWithUid, packageNode, coreWithUid),
                cores.stream().map(node -> (int) node.u32(4)).toList());
    }

    @Test
    void iaslReadsEveryTable(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "iasl"))),
                "iasl, of Debian's acpica-tools, is not on the path");
        for (Map.Entry<String, Bytes> table : tables().entrySet()) {
            Path file = folder.resolve(table.getKey() + ".aml");
            Files.write(file, table.getValue().toByteArray());
            Process process = new ProcessBuilder("iasl", "-d", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            String log = Files.readString(folder.resolve("log"));
            String text = Files.readString(folder.resolve(table.getKey() + ".dsl"));
            assertEquals(0, process.exitValue(), log);
            for (String complaint : List.of("Invalid", "incorrect", "Unknown", "Error", "Warning")) {
                assertTrue(!log.contains(complaint) && !text.contains(complaint), log + text);
            }
        }
    }
}
