package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the seed decides: two runs with one seed are the same to the byte, with another only entropy differs. */
class SeedTest {
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
    void anotherSeedDiffersOnlyWhereEntropyShows() {
        SeedComparison.check("openhcl-x64", Isolation.NONE);
    }
}
