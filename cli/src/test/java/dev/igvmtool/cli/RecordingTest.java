package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.record.RecordingReader;
import dev.igvmtool.testing.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are recorded and had again. */
class RecordingTest {
    private static final String SAMPLE = Samples.folder("openhcl-x64").toString();

    @TempDir
    Path folder;

    private String recorded(String... options) {
        String file = folder.resolve("run.rec").toString();
        String[] args = new String[options.length + 5];
        System.arraycopy(new String[] {"boot", SAMPLE, "--quiet", "--record", file}, 0, args, 0, 5);
        System.arraycopy(options, 0, args, 5, options.length);
        Outcome outcome = TestConsole.run(args);
        assertEquals("", outcome.err());
        return file;
    }

    private static Recording read(String file) throws IOException {
        return RecordingReader.read(Bytes.wrap(Files.readAllBytes(Path.of(file))));
    }

    private Outcome debug(String file, String... lines) throws IOException {
        Path script = folder.resolve("script.txt");
        Files.writeString(script, String.join("\n", lines));
        return TestConsole.run("debug", file, "--batch", "--script", script.toString());
    }

    @Test
    void recordingSaysWhatMakesTheRunAndWhatCameOfIt() throws IOException {
        Recording recording = read(recorded("--vps", "4", "--seed", "7", "--until", "S46"));
        assertEquals(SAMPLE, recording.image().path());
        assertEquals(4, recording.host().processors().size());
        assertEquals(7, recording.host().seed());
        assertEquals(List.of(), recording.inputs());
        assertEquals(recording.end().turns(), recording.turns().size());
        assertEquals("boot-shim/zero-bss", recording.turns().get(0).step());
        assertEquals(
                "boot-shim/jump-to-kernel",
                recording.turns().get(recording.turns().size() - 1).step());
        assertEquals(
                recording.end().hash(),
                recording.turns().get(recording.turns().size() - 1).hash());
    }

    @Test
    void bootAndDebuggerRecordTheSameRun() throws IOException {
        String first = recorded("--vps", "4");
        String second = folder.resolve("again.rec").toString();
        Outcome outcome = debug(first, "run", "back 100", "to S38", "run", "record " + second);
        assertEquals("", outcome.err());
        assertEquals(Files.readString(Path.of(first)), Files.readString(Path.of(second)));
    }

    @Test
    void inputsOfASessionComeAgain() throws IOException {
        String first = recorded("--vps", "2", "--until", "S46");
        String changed = folder.resolve("changed.rec").toString();
        Outcome outcome = debug(
                first,
                "to S38",
                "write boot-params.type_of_loader 11",
                "step",
                "step alone 0",
                "send 0x3f8 hello",
                "step 3",
                "record " + changed);
        assertEquals("", outcome.err());
        assertEquals(2, read(changed).inputs().size());

        Outcome again = debug(
                changed,
                "inputs",
                "expect before turn",
                "goto kernel",
                "show boot-params.type_of_loader",
                "expect 0x11 (17)",
                "who boot-params.type_of_loader",
                "expect from outside");
        assertEquals("", again.err(), again.out());
    }

    @Test
    void imageMustBeTheOneThatWasRecorded() throws IOException {
        String file = recorded("--until", "S05");
        String text = Files.readString(Path.of(file));
        Files.writeString(Path.of(file), text.replaceFirst("\"sha256\":\"..", "\"sha256\":\"00"));
        Outcome outcome = debug(file, "where");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("was made of an image with SHA-256 00"), outcome.err());

        Files.writeString(Path.of(file), text.replace(SAMPLE, "/nowhere"));
        assertEquals("igvmtool: /nowhere: no such file\n", debug(file, "where").err());
        Outcome found = TestConsole.runWith(Bytes.utf8("where\n"), "debug", file, "--quiet", "--image", SAMPLE);
        assertEquals("", found.err());
        assertTrue(found.out().startsWith("turn 0: vp0"), found.out());
    }

    @Test
    void optionsOfImagesAreNotForRecordings() {
        String file = recorded("--until", "S05");
        Outcome outcome = TestConsole.run("debug", file, "--batch", "--vps", "2");
        assertEquals(2, outcome.status());
        assertTrue(outcome.err().contains("a recording has its own host and stages"), outcome.err());
        assertTrue(TestConsole.run("debug", SAMPLE, "--image", SAMPLE, "--batch")
                .err()
                .contains("--image is for recordings"));
    }

    @Test
    void damagedRecordingsAreRefused() throws IOException {
        Bytes good = Bytes.wrap(Files.readAllBytes(Path.of(recorded("--until", "S03"))));
        RecordingReader.read(good);
        Mutations.allTruncations(good, RecordingReader::read);
        Mutations.allBitFlips(good, RecordingReader::read);
    }
}
