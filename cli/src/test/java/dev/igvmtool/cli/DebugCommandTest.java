package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of {@code debug} on the sample. */
class DebugCommandTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();

    @TempDir
    Path folder;

    private Outcome script(String... lines) throws IOException {
        Path file = folder.resolve("script.txt");
        Files.writeString(file, String.join("\n", lines));
        return TestConsole.run("debug", SAMPLE, "--vps", "4", "--batch", "--script", file.toString());
    }

    private void passes(String... lines) throws IOException {
        Outcome outcome = script(lines);
        assertEquals("", outcome.err(), outcome.out());
        assertEquals(0, outcome.status());
    }

    @Test
    void findsTheStepThatWroteAnEntryOfTheMemoryMap() throws IOException {
        passes(
                "goto kernel",
                "show e820",
                "expect 0x8001000-0x8014000 reserved",
                "who-wrote boot-params.e820_table[1]",
                "expect boot-shim/write-boot-params (S38) on VP 0 in VTL 2",
                "back-to write boot-params.e820_table[1]",
                "expect boot-shim/write-boot-params");
    }

    @Test
    void runsBackFromTheKernelToTheStepThatChoseTheInitrdAddress() throws IOException {
        passes(
                "to stage kernel-stub",
                "expect kernel-stub/entry",
                "back-to write boot-params.ramdisk_image",
                "expect 00000000 -> 00e05008",
                "where",
                "expect boot-shim/write-boot-params (S38)");
    }

    @Test
    void stepsTwoVpsOfTheSidecarSeparately() throws IOException {
        passes(
                "to sidecar/take-command vp 1",
                "expect vp1",
                "step vp 1",
                "vp 1",
                "expect sidecar/",
                "step vp 3",
                "back vp 3",
                "expect vp3 VTL2",
                "back vp 1",
                "expect vp1 VTL2");
    }

    @Test
    void watchesThePropertyOfADeviceTreeBeforeItIsWritten() throws IOException {
        passes(
                "watch access kernel-tree/openhcl:memory-allocation-mode",
                "run",
                "back",
                "expect boot-shim/zero-bss (S01)",
                "run",
                "run",
                "expect write of kernel-tree/openhcl:memory-allocation-mode",
                "back",
                "expect boot-shim/write-device-tree (S41)",
                "run",
                "run",
                "expect read of kernel-tree/openhcl:memory-allocation-mode",
                "back",
                "expect kernel-stub/");
    }

    @Test
    void tellsWhichResourceABytesComesFrom() throws IOException {
        passes(
                "who-wrote shim-params",
                "expect PAGE_DATA, file offset 0x",
                "who-wrote 0x841b000 16",
                "expect part underhill-boot-shim, resource openhcl_boot offset 0x1000",
                "who-wrote host-tree",
                "expect PARAMETER_INSERT, filled by the host: DEVICE_TREE",
                "goto kernel",
                "who-wrote kernel-tree",
                "expect boot-shim/write-device-tree (S41)");
    }

    @Test
    void commandsComeFromStandardInputToo() {
        Outcome outcome =
                TestConsole.runWith(Bytes.utf8("step 3\nfly\n\nwhere\nquit\nstep\n"), "debug", SAMPLE, "--quiet");
        assertEquals(0, outcome.status());
        assertEquals("igvmtool: standard input:2: no command 'fly'; see: help\n", outcome.err());
        assertEquals(2, outcome.out().lines().count());
        assertTrue(outcome.out().startsWith("turn 3: vp0 VTL2 0x"), outcome.out());
    }

    @Test
    void batchEndsAtTheFirstCommandThatFails() throws IOException {
        Outcome wrong = script("step", "fly", "step");
        assertEquals(2, wrong.status());
        assertTrue(wrong.err().endsWith("script.txt:2: no command 'fly'; see: help\n"), wrong.err());
        assertEquals(1, wrong.out().lines().count());

        Outcome finding = script("step", "expect the moon");
        assertEquals(1, finding.status());
        assertTrue(finding.err().endsWith("script.txt:2: 'the moon' was expected and did not come\n"), finding.err());
    }

    @Test
    void wrongUseIsToldInOneLine() {
        assertEquals(2, TestConsole.run("debug").status());
        Outcome missing = TestConsole.run("debug", "nowhere.bin", "--batch");
        assertEquals(2, missing.status());
        assertEquals("igvmtool: nowhere.bin: no such file\n", missing.err());
        Outcome script = TestConsole.run("debug", SAMPLE, "--batch", "--script", "nowhere.txt");
        assertEquals("igvmtool: nowhere.txt: no such file\n", script.err());
    }
}
