package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BootCommandTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();

    @TempDir
    Path folder;

    @Test
    void sampleBootsUntilItsGuestHasFinished() {
        Outcome outcome = TestConsole.run("boot", SAMPLE);
        assertEquals(0, outcome.status(), outcome.err());
        assertTrue(outcome.out().contains("guest: hello from VTL0"), outcome.out());
        assertTrue(outcome.out().contains("result: guest-finished"), outcome.out());
        assertEquals("", outcome.err());
    }

    @Test
    void secondRunPrintsTheSame() {
        assertEquals(
                TestConsole.run("boot", SAMPLE, "--json", "--seed", "7"),
                TestConsole.run("boot", SAMPLE, "--json", "--seed", "7"));
    }

    @Test
    void sixteenProcessorsOnTwoNodesUseTheSidecar() throws IOException {
        JsonNode result = json("boot", SAMPLE, "--vps", "16", "--nodes", "2", "--json");
        assertEquals("guest-finished", result.get("result").asText());
        List<String> firsts = new ArrayList<>();
        Set<Integer> sidecarVps = new TreeSet<>();
        for (JsonNode event : result.get("events")) {
            String id = event.get("id").asText();
            if (!firsts.contains(id)) {
                firsts.add(id);
            }
            if (id.equals("C13")) {
                sidecarVps.add(event.get("vp").asInt());
            }
        }
        // The kernel starts the first processor of each node itself.
        assertEquals(Set.of(1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15), sidecarVps);
        assertInOrder(
                firsts,
                "H01 H03 H04 H05 H06 H07 H08 H10",
                "S01 S02 S03 S04 S05 S06 S08 S09 S10 S11 S12 S13 S14 S15 S16a S17 S18 S19 S20 S21 S22 S33",
                "C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14",
                "S34 S35 S36 S37 S38 S39 S40 S41 S42 S43 S46",
                "K01 K02 K03 K04 K05",
                "I01 I02 I03 I04 I05 I06 I07 I08 I09 I10 I11 I12 I14 I15 I16 I17",
                "P01 P02 P03 P04 P05 P09 P24 P25 P27 P28 P29 P54 P55");
    }

    private static void assertInOrder(List<String> found, String... expected) {
        int last = -1;
        for (String id : String.join(" ", expected).split(" ", -1)) {
            int place = found.indexOf(id);
            assertTrue(place > last, id + " in " + found);
            last = place;
        }
    }

    @Test
    void stopsAtTheEventAndDumpsWhatTheKernelFinds() throws IOException {
        Path tree = folder.resolve("k.dtb");
        Path params = folder.resolve("bp.bin");
        Path memory = folder.resolve("memory.bin");
        JsonNode result = json(
                "boot",
                SAMPLE,
                "--json",
                "--until",
                "S46",
                "--dump",
                "kernel-tree=" + tree,
                "--dump",
                "boot-params=" + params);
        assertEquals("stopped", result.get("result").asText());
        JsonNode handoff = result.get("handoff");
        BootParams page = BootParams.CODEC.read(Bytes.wrap(Files.readAllBytes(params)));
        assertEquals(page.e820Entries(), handoff.get("e820").size());
        Fdt.parse(Bytes.wrap(Files.readAllBytes(tree)));

        String gpa = handoff.get("bootParamsGpa").asText();
        TestConsole.run("boot", SAMPLE, "--until", "S46", "--dump", "memory:" + gpa + ":4096=" + memory);
        assertEquals(-1, Files.mismatch(params, memory));
        decompile(tree);
    }

    @Test
    void dumpsWhatPagesAreToWhom() throws IOException {
        Path pages = folder.resolve("pages.txt");
        TestConsole.run("boot", SAMPLE, "--dump", "pages=" + pages);

        List<String> runs = Files.readAllLines(pages);
        String line = "0x[0-9a-f]{12}-0x[0-9a-f]{12} +[0-9]+ private accepted   vtl0:[rwku-]{4} vtl2:rwku";
        assertTrue(runs.stream().allMatch(run -> run.matches(line)), runs.toString());
        assertTrue(runs.stream().anyMatch(run -> run.contains("vtl0:rwku")), "memory of VTL0");
        assertTrue(runs.stream().anyMatch(run -> run.contains("vtl0:----")), "memory of VTL2");
    }

    /** The reference's tree draws warnings about the style of its cells, so these do not count. */
    private static void decompile(Path tree) throws IOException {
        Process dtc;
        try {
            dtc = new ProcessBuilder("dtc", "-I", "dtb", "-O", "dts", tree.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("dtc is not on this machine");
            return;
        }
        List<String> lines = dtc.inputReader().lines().toList();
        assertEquals("/dts-v1/;", lines.get(0));
        assertTrue(lines.stream().anyMatch(line -> line.strip().equals("openhcl {")), lines.toString());
    }

    @Test
    void traceHasOneLineForEachEventOfTheMachine() throws IOException {
        Path trace = folder.resolve("trace.ndjson");
        Outcome outcome = TestConsole.run("boot", SAMPLE, "--quiet", "--until", "S13", "--trace", trace.toString());
        assertEquals(0, outcome.status(), outcome.err());
        ObjectMapper mapper = new ObjectMapper();
        int retired = 0;
        for (String line : Files.readAllLines(trace)) {
            JsonNode event = mapper.readTree(line);
            if (event.get("event").asText().equals("StepRetired")) {
                retired++;
                assertEquals(retired, event.get("count").asInt());
            }
        }
        assertEquals(outcome.out().strip(), "result: stopped after " + retired + " steps");
    }

    @Test
    void eventThatNeverHappensIsAFinding() {
        Outcome outcome = TestConsole.run("boot", SAMPLE, "--quiet", "--until", "S26");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("S26 did not happen"), outcome.err());
    }

    @Test
    void imageOfMachineCodeFailsAtItsFirstInstruction() {
        Outcome outcome = TestConsole.run("boot", machineCode(), "--quiet");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("at 0x860b010: "), outcome.err());
        assertTrue(outcome.err().contains("nothing to run machine code"), outcome.err());
    }

    @Test
    void stagesInPlaceOfMachineCodeAreReported() throws IOException {
        JsonNode result = json("boot", machineCode(), "--json", "--stage", "all");
        List<String> overlays = new ArrayList<>();
        result.get("overlays")
                .forEach(overlay -> overlays.add(overlay.get("stage").asText() + " "
                        + overlay.get("startGpa").asText() + " "
                        + overlay.get("note").asText()));
        assertEquals(
                List.of(
                        "boot-shim 0x860b010 its bss is too small: data from 0x8613000-0x861b000 and 0x81af000-0x8200000",
                        "sidecar 0x8601040 its image is too small: scratch memory 0x81a5000-0x81af000",
                        "kernel-stub 0x8200100 with /bin/openvmm_hcl, /underhill-init built in",
                        "guest 0x6e03b0 "),
                overlays);
        assertEquals("guest-finished", result.get("result").asText());
    }

    @Test
    void onlyImagesOfOpenHclTakeStages() {
        Path image = SharedTestData.require("golden/cases/uefi-x64/expected/uefi-x64.bin");
        Outcome outcome = TestConsole.run("boot", image.toString(), "--isolation", "snp", "--stage", "all");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("it is not an OpenHCL image"), outcome.err());
    }

    private static String machineCode() {
        return SharedTestData.require("golden/cases/openhcl-x64-release/expected/openhcl-x64-release.bin")
                .toString();
    }

    @ParameterizedTest
    @CsvSource({
        "--vps 0,--vps is 0",
        "--vps 1 --nodes 2,1 processors",
        "--memory lots,Invalid value for option '--memory'",
        "--isolation sev,--isolation is 'sev'",
        "--stage paravisor,no stage 'paravisor' to put over an image",
        "--dump nothing=x,no dump 'nothing'",
        "--dump memory:5=x,dump 'memory:5'",
        "--isolation snp,image has no platform SEV_SNP",
        "--memory 64M,requires memory",
        "--host /nonexistent.json,/nonexistent.json: no such file",
    })
    void wrongUseIsOneLine(String options, String message) {
        String[] args = Stream.concat(Stream.of("boot", SAMPLE), Stream.of(options.split(" ", -1)))
                .toArray(String[]::new);
        Outcome outcome = TestConsole.run(args);
        assertEquals(2, outcome.status(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().startsWith("igvmtool: "), outcome.err());
        assertTrue(outcome.err().contains(message), outcome.err());
    }

    @Test
    void folderWithoutManifestIsRefused() {
        Outcome outcome = TestConsole.run("boot", folder.toString());
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("without manifest.yaml"), outcome.err());
    }

    private static JsonNode json(String... args) throws IOException {
        Outcome outcome = TestConsole.run(args);
        assertEquals(0, outcome.status(), outcome.err());
        return new ObjectMapper().readTree(outcome.out());
    }
}
