package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.debug.DebugTarget;
import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.record.RecordingReader;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.host.config.VmConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run named on the command line: a recording, or an image whose host the options describe.
 *
 * @param name as the user wrote it
 */
record RunOperand(String name) {
    /**
     * A run that can be had, at its first moment.
     *
     * @param image that it is a run of
     * @param stages put over the image
     * @param recording that it comes from, if it does
     */
    record Run(
            DebugTarget target,
            Recording.Image image,
            List<String> stages,
            VmConfig host,
            Optional<Recording> recording) {}

    /** The recording in the file, if it is one. */
    Optional<Recording> recording(Console console) {
        if (!name.equals("-") && !Files.isRegularFile(Path.of(name))) {
            return Optional.empty();
        }
        return new InputFile(name)
                .read(
                        console,
                        content -> RecordingReader.isRecording(content)
                                ? Optional.of(RecordingReader.read(content))
                                : Optional.empty());
    }

    /**
     * The run.
     *
     * @param host options for an image; a recording has its own
     * @param image where the image of a recording is now, if it is not where it was
     */
    Run load(Console console, HostOptions host, StageOption stage, Optional<String> image) throws IOException {
        Optional<Recording> recording = recording(console);
        if (recording.isPresent()) {
            if (host.isGiven() || !stage.stages.isEmpty()) {
                throw new CommandException(
                        name + ": a recording has its own host and stages; options for an image do not" + " apply");
            }
            return replay(console, recording.get(), image);
        }
        if (image.isPresent()) {
            throw new CommandException("--image is for recordings, and " + name + " is none");
        }
        ImageOperand.Image loaded = new ImageOperand(name).load(console);
        Recording.Image reference = Recording.Image.of(name, loaded.content());
        return run(name, loaded, reference, stage.overlays(), host.config(console), new Journal(), Optional.empty());
    }

    /** The run of a recording. */
    Run replay(Console console, Optional<String> image) throws IOException {
        return replay(
                console,
                recording(console).orElseThrow(() -> new CommandException(name + ": is not a recording")),
                image);
    }

    private Run replay(Console console, Recording recording, Optional<String> image) throws IOException {
        String place = image.orElse(recording.image().path());
        ImageOperand.Image loaded = new ImageOperand(place).load(console);
        Bytes digest = Recording.Image.of(place, loaded.content()).sha256();
        if (!digest.equals(recording.image().sha256())) {
            throw new CommandException(String.format(
                    "%s: was made of an image with SHA-256 %s, that of %s is %s; --image names another",
                    name, recording.image().sha256().toHex(), place, digest.toHex()));
        }
        return run(
                place,
                loaded,
                recording.image(),
                recording.stages(),
                recording.host(),
                new Journal(recording.inputs()),
                Optional.of(recording));
    }

    private Run run(
            String place,
            ImageOperand.Image loaded,
            Recording.Image reference,
            List<String> stages,
            VmConfig config,
            Journal journal,
            Optional<Recording> recording)
            throws IOException {
        DebugTarget.ImageFacts facts = new DebugTarget.ImageFacts(
                loaded.content(),
                () -> loaded.source().map(source -> source.build().image()),
                map(place));
        try {
            DebugTarget target = DebugTarget.load(loaded.file(), facts, config, stages, journal);
            return new Run(target, reference, stages, config, recording);
        } catch (FormatException e) {
            throw new CommandException(place + ": " + e.getMessage(), e);
        } catch (IgvmToolException e) {
            throw new CommandException(name + ": " + e.getMessage(), e);
        }
    }

    /** Text of the map beside an image, if there is one. */
    private static String map(String image) throws IOException {
        Path file = Path.of(image + ".map");
        return Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    }
}
