package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The golden images of OpenHCL with stage programs in place of all of their executables, to a guest in VTL0. */
class GoldenBootIT {
    private static final String FIRMWARE = "guest: hello from VTL0, in place of firmware";
    private static final String LINUX = "MiB of RAM, command line \"";

    /**
     * An image with its platform and what comes of it.
     *
     * @param says what the guest prints, or why there is none
     */
    private record Case(String image, String isolation, String commandLine, int status, String says) {
        Case(String image, String isolation, String says) {
            this(image, isolation, "", 0, says);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case("openhcl-x64-release", "none", FIRMWARE),
            new Case("openhcl-x64-dev", "none", FIRMWARE),
            new Case("openhcl-x64-direct-release", "none", LINUX),
            new Case("openhcl-x64-direct-dev", "none", LINUX),
            new Case("openhcl-x64-cvm-release", "vbs", FIRMWARE),
            new Case("openhcl-x64-cvm-dev", "vbs", FIRMWARE),
            new Case("base-fixed", "none", FIRMWARE),
            new Case("linux-noinitrd", "none", "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux", 0, LINUX),
            // These have nothing for VTL0, or a command line that the paravisor does not take.
            new Case("linux-noinitrd", "none", "", 1, "does not support UEFI: supported bits are 0x4"),
            new Case("reloc-minimal", "none", "", 1, "does not support UEFI: supported bits are 0x0"),
            new Case("vbs-only", "vbs", "", 1, "does not support UEFI: supported bits are 0x0"),
            new Case("static-cmdline", "none", "", 1, "unknown argument \"init\""));

    /** A case with a number of processors. */
    private record Run(Case of, int vps) {
        @Override
        public String toString() {
            return of.image + " " + of.isolation + " " + of.commandLine + " on " + vps;
        }
    }

    static List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        for (Case golden : CASES) {
            for (int vps : new int[] {1, 4, 64}) {
                runs.add(new Run(golden, vps));
            }
        }
        return runs;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void imageReachesItsGuest(Run run) {
        Case of = run.of;
        String image = SharedTestData.require("golden/cases/" + of.image + "/expected/" + of.image + ".bin")
                .toString();
        Outcome outcome = TestConsole.run(
                "boot",
                image,
                "--stage",
                "all",
                "--isolation",
                of.isolation,
                "--vps",
                String.valueOf(run.vps),
                "--memory",
                "2G",
                "--command-line",
                of.commandLine);
        assertEquals(of.status, outcome.status(), outcome.err());
        String text = of.status == 0 ? outcome.out() : outcome.err();
        assertTrue(text.contains(of.says), text);
        if (of.status == 0) {
            assertTrue(outcome.out().contains("result: guest-finished"), outcome.out());
            assertEquals("", outcome.err());
        } else {
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
    }
}
