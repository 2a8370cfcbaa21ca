package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildLockTest {
    private static final String MANIFEST = """
            guest_arch: x64
            variables: { log: none }
            guest_configs:
              - guest_svn: 1
                max_vtl: 2
                isolation: { vbs: { policy: { debug: false } } }
                image: { openhcl: { memory: 64MiB, command_line: "LOG=${log}" } }
            resources:
              openhcl_boot: { stage: boot-shim }
              underhill_kernel: { stage: kernel-stub }
              underhill_initrd: { initrd: { folder: root } }
            """;

    @TempDir
    Path folder;

    private Path lock;

    @BeforeEach
    void lockTheBuild() throws IOException {
        lock = folder.resolve("build.lock");
        write(folder.resolve("project"));
        Outcome outcome = build("project", "--lock", lock.toString(), "--quiet");
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals("", outcome.out());
    }

    private static void write(Path project) throws IOException {
        Files.createDirectories(project.resolve("root/etc"));
        Files.writeString(project.resolve("manifest.yaml"), MANIFEST);
        Files.writeString(project.resolve("root/etc/hostname"), "one\n");
    }

    private Outcome build(String project, String... args) {
        List<String> all = new ArrayList<>(List.of(
                "build", "-m", folder.resolve(project).resolve("manifest.yaml").toString()));
        all.addAll(List.of(args));
        return TestConsole.run(all.toArray(String[]::new));
    }

    @Test
    void lockIsTheSameWhereverTheProjectStands() throws IOException {
        write(folder.resolve("a/b/elsewhere"));
        Path other = folder.resolve("other.lock");
        assertEquals(0, build("a/b/elsewhere", "--lock", other.toString()).status());
        assertEquals(Files.readString(lock), Files.readString(other));
        String text = Files.readString(lock);
        assertTrue(text.contains("\"tool\" : \"" + Main.VERSION + "\""), text);
        assertTrue(text.contains("\"from\" : \"root/etc/hostname, mode 100644\""), text);
        assertTrue(text.contains("\"from\" : \"stage boot-shim\""), text);
        assertTrue(text.contains("\"vbs.cbor\""), text);
        assertFalse(text.contains(folder.toString()), text);
    }

    @Test
    void nothingChangedIsStatusZeroAndWritesWhatWasAskedFor() throws IOException {
        assertEquals(0, build("project", "--check", lock.toString()).status());
        Path out = folder.resolve("x.bin");
        assertEquals(
                0,
                build("project", "--check", lock.toString(), "-o", out.toString())
                        .status());
        assertTrue(Files.exists(out));
    }

    @Test
    void changedInputIsNamedWithAllThatFollowsFromIt() throws IOException {
        Files.writeString(folder.resolve("project/root/etc/hostname"), "two\n");
        Path out = folder.resolve("x.bin");
        Outcome outcome = build("project", "--check", lock.toString(), "-o", out.toString());
        assertEquals(1, outcome.status());
        List<String> names = outcome.out()
                .lines()
                .map(line -> line.substring(0, line.indexOf(": ")))
                .toList();
        assertEquals(
                List.of(
                        "input underhill_initrd:/etc/hostname",
                        "output image",
                        "output vbs.cbor",
                        "output vbs.json",
                        "launch digest vbs"),
                names);
        assertFalse(Files.exists(out));
    }

    @Test
    void newAndLostInputsAreNamed() throws IOException {
        Files.move(folder.resolve("project/root/etc/hostname"), folder.resolve("project/root/etc/name"));
        Outcome outcome = build("project", "--check", lock.toString());
        assertTrue(outcome.out().contains("input underhill_initrd:/etc/name: absent -> sha256 "), outcome.out());
        assertTrue(outcome.out().contains(" -> absent"), outcome.out());
    }

    @Test
    void changedVariableIsNamed() throws IOException {
        Outcome outcome = build("project", "--check", lock.toString(), "--set", "log=com3", "--json");
        assertEquals(1, outcome.status());
        JsonNode report = new JsonMapper().readTree(outcome.out());
        assertEquals("igvmtool.check/1", report.path("schema").asText());
        assertFalse(report.path("same").asBoolean(true));
        JsonNode first = report.path("changes").path(0);
        assertEquals(
                List.of("option", "set log", "none", "com3"),
                Stream.of("kind", "name", "locked", "now")
                        .map(field -> first.path(field).asText())
                        .toList());
        assertFalse(outcome.out().contains("\"input\""), outcome.out());
    }

    @Test
    void anotherToolIsANoteWhenTheBuildIsTheSame() throws IOException {
        Files.writeString(lock, Files.readString(lock).replace(Main.VERSION, "igvmtool 0.0.1"));
        Outcome outcome = build("project", "--check", lock.toString());
        assertEquals(0, outcome.status(), outcome.out());
        assertTrue(outcome.err().contains("was made by igvmtool 0.0.1"), outcome.err());
    }

    @Test
    void refusesWhatIsNoLock() throws IOException {
        String good = Files.readString(lock);
        for (String bad : List.of(
                "",
                "[]",
                "{",
                "[".repeat(10_000),
                good.replace("lock/1", "lock/2"),
                good.replace("\"inputs\"", "\"input\""),
                good.replaceFirst("\"sizeBytes\" : [0-9]+", "\"sizeBytes\" : 1.5"),
                good.replaceFirst("\"tool\"", "\"schema\""),
                good + "x",
                good.substring(0, good.length() / 2))) {
            Files.writeString(lock, bad);
            Outcome outcome = build("project", "--check", lock.toString());
            assertEquals(2, outcome.status(), bad);
            assertEquals(1, outcome.err().lines().count(), outcome.err());
            assertTrue(outcome.err().startsWith("igvmtool: " + lock + ": "), outcome.err());
        }
        assertEquals(
                2,
                build("project", "--check", folder.resolve("none").toString()).status());
    }

    @Test
    void planSaysWhatWouldBeMeasured() throws IOException {
        JsonNode plan =
                new JsonMapper().readTree(build("project", "--plan", "--json").out());
        assertEquals("igvmtool.plan/1", plan.path("schema").asText());
        JsonNode platform = plan.path("platforms").path(0);
        assertEquals("vbs", platform.path("name").asText());
        JsonNode locked = new JsonMapper().readTree(lock.toFile());
        assertEquals(
                locked.path("launchDigests").path("vbs").asText(),
                platform.path("launchDigest").asText());
        assertEquals(
                locked.path("outputs").path("image").path("sizeBytes").asLong(),
                plan.path("files").path("image").asLong());
        assertTrue(platform.path("sizeBytes").path("measured").asLong() > 0);
        assertTrue(platform.path("sizeBytes").path("parameter").asLong() > 0);
        String end = "0x0";
        for (JsonNode range : platform.path("layout")) {
            assertTrue(Long.decode(end) <= Long.decode(range.path("startGpa").asText()), range.toString());
            end = range.path("endGpa").asText();
        }
        String text = build("project", "--plan").out();
        assertTrue(
                text.contains("launch digest  " + platform.path("launchDigest").asText()), text);
    }
}
