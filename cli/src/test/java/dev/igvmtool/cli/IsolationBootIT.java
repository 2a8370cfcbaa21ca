package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots of the sample for confidential VMs, from the launch to the end of the guest. */
class IsolationBootIT {
    private static final String SAMPLE = Samples.folder("openhcl-cvm").toString();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"vbs, 1", "vbs, 4", "vbs, 64", "snp, 1", "snp, 4", "snp, 64", "tdx, 1", "tdx, 4", "tdx, 64"})
    void guestRunsToItsEnd(String isolation, int vps) throws IOException {
        Path serial = folder.resolve("serial.txt");
        Path log = folder.resolve("log.txt");
        JsonNode result = json(
                "boot",
                SAMPLE,
                "--isolation",
                isolation,
                "--vps",
                Integer.toString(vps),
                "--json",
                "--dump",
                "guest-serial=" + serial,
                "--dump",
                "kernel-log=" + log);
        assertEquals("guest-finished", result.get("result").asText());
        assertTrue(
                Files.readString(serial)
                        .matches("guest: hello from VTL0, \\d+ MiB of RAM," + " command line \"console=ttyS0\"\\r\\n"),
                Files.readString(serial));
        String text = Files.readString(log);
        assertTrue(text.contains("smp: Brought up " + vps + " of " + vps + " CPUs"), text);
        assertTrue(text.contains("openvmm_hcl: isolation " + isolation + ";"), text);
        assertTrue(text.contains("openvmm_hcl: memory self-test passed"), text);
        assertEvents(result, "K01 K02 K03 K04 K05 I01 I08 I11 I17 P01 P24 P28 P31 P36 P37 P38 P41 P43 P50 P51 P54 P55");
    }

    private static void assertEvents(JsonNode result, String expected) {
        List<String> firsts = new ArrayList<>();
        for (JsonNode event : result.get("events")) {
            String id = event.get("id").asText();
            if (!firsts.contains(id)) {
                firsts.add(id);
            }
        }
        int last = -1;
        for (String id : expected.split(" ", -1)) {
            int place = firsts.indexOf(id);
            assertTrue(place > last, id + " in " + firsts);
            last = place;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vbs", "snp", "tdx"})
    void sameSeedGivesTheSameTrace(String isolation) throws IOException {
        Path first = folder.resolve("first.ndjson");
        Path second = folder.resolve("second.ndjson");
        for (Path trace : List.of(first, second)) {
            Outcome outcome = TestConsole.run(
                    "boot", SAMPLE, "--isolation", isolation, "--vps", "4", "--trace", trace.toString());
            assertEquals(0, outcome.status(), outcome.err());
        }
        assertEquals(-1, Files.mismatch(first, second));
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void anotherSeedDiffersOnlyWhereEntropyShows(Isolation isolation) {
        SeedComparison.check("openhcl-cvm", isolation);
    }

    /** The host is told nothing, but the emulator's user is. */
    @Test
    void saysWhyAKernelWhoseHostIsNotTrustedHasPanicked() throws IOException {
        Files.writeString(folder.resolve("manifest.yaml"), """
                guest_arch: x64
                guest_configs:
                  - guest_svn: 1
                    max_vtl: 2
                    isolation_type: { vbs: { enable_debug: false } }
                    image: { openhcl: { command_line: "", memory_page_base: 32768, memory_page_count: 16384 } }
                resources:
                  openhcl_boot: { stage: boot-shim }
                  underhill_kernel: { stage: kernel-stub }
                  underhill_initrd: { initrd: { entries: [ { path: /etc, directory: true } ] } }
                """);
        Outcome outcome = TestConsole.run("boot", folder.toString(), "--isolation", "vbs", "--json");
        assertEquals(1, outcome.status());
        String reason = new ObjectMapper()
                .readTree(outcome.out())
                .get("failure")
                .get("reason")
                .asText();
        assertTrue(reason.startsWith("Kernel panic - not syncing: No working init found"), reason);
    }

    /** The threads of the other processors are in VTL0 when the paravisor ends. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aParavisorThatEndsIsOnePanic(int vps) throws IOException {
        Outcome outcome = TestConsole.run(
                "boot",
                SAMPLE,
                "--isolation",
                "snp",
                "--vps",
                String.valueOf(vps),
                "--hostile",
                "guest-not-run",
                "--json");
        assertEquals(0, outcome.status(), outcome.err());
        String reason = new ObjectMapper()
                .readTree(outcome.out())
                .get("failure")
                .get("reason")
                .asText();
        assertEquals(
                "openvmm_hcl: fatal: return to VTL0: EINVAL, invalid argument;"
                        + " Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
                reason);
    }

    private static JsonNode json(String... args) throws IOException {
        Outcome outcome = TestConsole.run(args);
        assertEquals(0, outcome.status(), outcome.err());
        return new ObjectMapper().readTree(outcome.out());
    }
}
