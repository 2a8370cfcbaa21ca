package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import org.junit.jupiter.api.Test;

/** The largest machine that the boot shim takes. */
class ScaleIT {
    @Test
    void bootsAsManyProcessorsAsThereCanBe() {
        Outcome outcome = TestConsole.run(
                "boot", Samples.folder("openhcl-x64").toString(), "--vps", "2048", "--nodes", "8", "--quiet");
        assertEquals(0, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("guest-finished"), outcome.out());
    }

    @Test
    void saysWhatToRaiseWhenVtl2IsTooSmall() {
        Outcome outcome = TestConsole.run("boot", Samples.folder("openhcl-cvm").toString(), "--vps", "2048", "--quiet");
        assertEquals(1, outcome.status(), outcome.out());
        assertTrue(outcome.err().contains("VTL2 has 64 MiB for 2048 VPs: give it more"), outcome.err());
    }
}
