package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sample with the distribution's kernel and busybox, after its {@code fetch} has got them. */
@Tag("distribution")
class DebianSampleIT {
    @TempDir
    Path out;

    private Path sample = Path.of("");

    @BeforeEach
    void needsTheDistributionsFiles() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("samples/debian-x64/manifest.yaml"))) {
            folder = folder.getParent();
        }
        assertTrue(folder != null, "the sample is part of the repository");
        sample = folder.resolve("samples/debian-x64");
        Assumptions.assumeTrue(
                Files.exists(sample.resolve("fetched/vmlinuz")) && Files.exists(sample.resolve("fetched/busybox")),
                "samples/debian-x64/fetch has not got the distribution's kernel and busybox (it needs apt-get and dpkg)");
    }

    @Test
    void realKernelAndBusyboxStandInTheMemoryOfVtl2() throws IOException {
        Path params = out.resolve("boot-params.bin");
        JsonNode stopped = boot("--until", "S46", "--dump", "boot-params=" + params);
        assertEquals("stopped", stopped.get("result").asText());
        BootParams zeroPage = BootParams.CODEC.read(Bytes.wrap(Files.readAllBytes(params)));
        long kernel = Long.decode(stopped.get("handoff").get("rip").asText());
        Path initrd = out.resolve("initrd.cpio");
        Path text = out.resolve("kernel");
        boot(
                "--until",
                "S46",
                "--dump",
                String.format("memory:0x%x:0x%x=%s", zeroPage.ramdiskImage(), zeroPage.ramdiskSize(), initrd),
                "--dump",
                String.format("memory:0x%x:0x%x=%s", kernel, 32L << 20, text));
        // The release is that of the package's name: linux-image-6.1.0-56-cloud-amd64.
        String release = Files.readString(sample.resolve("fetched/kernel-package"))
                .strip()
                .replace("linux-image-", "");
        assertTrue(contains(text, ("Linux version " + release + " ").getBytes(StandardCharsets.US_ASCII)), release);
        assertTrue(contains(initrd, Files.readAllBytes(sample.resolve("fetched/busybox"))), "busybox in the initrd");
    }

    @Test
    void bootsToTheGuest() throws IOException {
        Path serial = out.resolve("guest-serial.txt");
        JsonNode result = boot("--vps", "16", "--nodes", "2", "--dump", "guest-serial=" + serial);
        assertEquals("guest-finished", result.get("result").asText());
        List<String> stages = new ArrayList<>();
        result.get("events").forEach(event -> stages.add(event.get("stage").asText()));
        for (String stage : List.of("boot-shim", "sidecar", "kernel-stub", "init", "paravisor-runtime")) {
            assertTrue(stages.contains(stage), () -> "no " + stage + " in " + new TreeSet<>(stages));
        }
        assertTrue(!Files.readString(serial).isBlank(), "VTL0 prints a line");
    }

    /** The same parts in an image for a confidential machine: kernel and initrd are loaded as shared and hashed by the shim. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vbs | { vbs: { policy: { debug: false } } }",
                "snp | { snp: { policy: { debug: false }, shared_gpa_boundary_bits: 46, injection_type: normal } }",
                "tdx | { tdx: { policy: { debug: false, sept_ve_disable: true } } }"
            })
    void bootsUnderIsolation(String name, String isolation) throws IOException {
        try (Stream<Path> files = Files.walk(sample)) {
            for (Path file : files.toList()) {
                Path copy =
                        out.resolve("sample").resolve(sample.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        Path manifest = out.resolve("sample/manifest.yaml");
        String text = Files.readString(manifest);
        String changed = text.replace("isolation_type: none", "isolation: " + isolation)
                .replace("memory_page_count:", "memory_page_base: 32768\n        memory_page_count:")
                .replace("  underhill_sidecar: { stage: sidecar }\n", "");
        assertNotEquals(text, changed);
        Files.writeString(manifest, changed);
        JsonNode result = boot(out.resolve("sample"), "--isolation", name, "--vps", "4", "--memory", "1G");
        assertEquals("guest-finished", result.get("result").asText());
    }

    private JsonNode boot(String... options) throws IOException {
        return boot(sample, options);
    }

    private static JsonNode boot(Path image, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("boot", image.toString(), "--stage", "all", "--json"));
        command.addAll(List.of(options));
        Outcome outcome = TestConsole.run(command.toArray(String[]::new));
        assertEquals(0, outcome.status(), outcome.err() + outcome.out());
        return new ObjectMapper().readTree(outcome.out());
    }

    private static boolean contains(Path file, byte[] wanted) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return all.contains(new String(wanted, StandardCharsets.ISO_8859_1));
    }
}
