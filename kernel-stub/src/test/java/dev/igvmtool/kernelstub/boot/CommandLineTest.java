package dev.igvmtool.kernelstub.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void unknownOptionsWithValueAndWithoutDotAreTheEnvironment() {
        CommandLine line = CommandLine.parse("quiet A=1 mod.opt=2 console=ttyS2,115200 B=x=y A=3 C=\"two words\"");
        assertEquals(List.of("HOME=/", "TERM=linux", "A=3", "B=x=y", "C=two words"), line.environment());
    }

    @Test
    void theEnvironmentMayReplaceTheDefaults() {
        assertEquals(
                List.of("HOME=/root", "TERM=linux"),
                CommandLine.parse("HOME=/root").environment());
    }

    @Test
    void wordsAfterTwoDashesAreForTheFirstProcess() {
        CommandLine line = CommandLine.parse("a -- b -- c=1");
        assertEquals(List.of("b", "--", "c=1"), line.initArguments());
        assertEquals(List.of("HOME=/", "TERM=linux"), line.environment());
    }

    @Test
    void theLastValueOfAnOptionCounts() {
        CommandLine line = CommandLine.parse("rdinit=/a console=ttyS2,115200 rdinit=/b console=ttynull");
        assertEquals("/b", line.firstProcess());
        assertEquals(Optional.of("ttynull"), line.console());
    }

    @Test
    void whatTheRealShimWritesGivesTheParavisorItsEnvironment() throws IOException {
        String text =
                Files.readString(SharedTestData.require("handoff/cases/none-128vp-sidecar/expected/command-line.txt"));
        CommandLine line = CommandLine.parse(text);
        assertEquals("/underhill-init", line.firstProcess());
        assertEquals(Optional.of("ttyS2"), line.console());
        assertEquals(
                List.of(
                        "HOME=/",
                        "TERM=linux",
                        "OPENHCL_NVME_VFIO=1",
                        "MIMALLOC_ARENA_EAGER_COMMIT=0",
                        "OPENHCL_NVME_KEEP_ALIVE=host,privatepool",
                        "OPENHCL_BOOT_LOG=com3",
                        "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=debug"),
                line.environment());
        assertEquals(List.of(0, 32, 64, 96), List.copyOf(BootCpus.of(line.last("boot_cpus"), 128)));
    }

    @Test
    void bootCpusAreNumbersAndRanges() {
        assertEquals(new TreeSet<>(List.of(0, 2, 4, 5, 6)), BootCpus.of(Optional.of("2,4-6"), 8));
        assertEquals(3, BootCpus.of(Optional.empty(), 3).size());
        for (String bad : List.of("", "8", "x", "3-2", "1-2-3", "-1", "99999999999")) {
            Assertions.assertThrows(FormatException.class, () -> BootCpus.of(Optional.of(bad), 8), bad);
        }
    }
}
