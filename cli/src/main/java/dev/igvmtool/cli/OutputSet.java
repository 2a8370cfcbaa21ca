package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that are written together. Each goes to a temporary name beside its place; when all are there they are renamed, in
 * the order in which they were added. So a run that fails or is killed leaves no half file, and a full disk leaves none
 * at all. {@code -} is standard output; a device or a pipe is written, not replaced.
 */
final class OutputSet {
    private final Map<String, LargeContent> contents = new LinkedHashMap<>();

    /** Something that writes itself to a channel, without a copy on its way. */
    interface LargeContent {
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /** One output on its way. */
    private record Staged(String name, Path temporary, Path target, boolean isNew) {}

    OutputSet add(String name, Bytes content) {
        return add(name, stream -> stream.write(content.toByteArray()));
    }

    /** @throws CommandException if the name was added before */
    OutputSet add(String name, OutputFile.Content content) {
        return addLarge(name, channel -> {
            OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(stream);
            stream.flush();
        });
    }

    /** @throws CommandException if the name was added before */
    OutputSet addLarge(String name, LargeContent content) {
        if (contents.put(name, content) != null) {
            throw new CommandException(name + ": is named for two outputs");
        }
        return this;
    }

    /** In order of writing. */
    List<String> names() {
        return List.copyOf(contents.keySet());
    }

    /** True if a name stands for something that is written and not replaced: standard output, a device, a pipe. */
    static boolean isStream(String name) {
        if (name.equals("-")) {
            return true;
        }
        Path target = target(name);
        return Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target);
    }

    /**
     * Refuses outputs that would replace an input.
     *
     * @throws CommandException with the name of the output
     */
    void checkAgainst(Collection<Path> inputs) throws IOException {
        for (String name : contents.keySet()) {
            if (isStream(name) || !Files.exists(target(name))) {
                continue;
            }
            for (Path input : inputs) {
                if (Files.exists(input) && Files.isSameFile(input, target(name))) {
                    throw new CommandException(name + ": is an input of this build, it would be replaced");
                }
            }
        }
    }

    /** Writes everything. */
    void write(Console console) throws IOException {
        List<Staged> staged = new ArrayList<>();
        try {
            for (Map.Entry<String, LargeContent> output : contents.entrySet()) {
                if (!isStream(output.getKey())) {
                    staged.add(stage(output.getKey(), output.getValue()));
                }
            }
            for (Map.Entry<String, LargeContent> output : contents.entrySet()) {
                if (isStream(output.getKey())) {
                    stream(console, output.getKey(), output.getValue());
                }
            }
            rename(staged);
        } finally {
            for (Staged it : staged) {
                Files.deleteIfExists(it.temporary);
            }
        }
    }

    private static Path target(String name) {
        try {
            return Path.of(name).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new CommandException(name + ": not a file name", e);
        }
    }

    private static Staged stage(String name, LargeContent content) throws IOException {
        Path target = target(name);
        if (Files.isDirectory(target)) {
            throw new CommandException(name + ": is a folder, expected a file");
        }
        Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CommandException(name + ": there is no folder " + parent);
        }
        boolean isNew = !Files.exists(target);
        // What a link points to is replaced, not the link.
        Path place = isNew ? target : target.toRealPath();
        Path temporary = place.resolveSibling(
                "." + place.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        File file = temporary.toFile();
        file.deleteOnExit();
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw failure(name, e);
        } catch (RuntimeException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        return new Staged(name, temporary, place, isNew);
    }

    private static void stream(Console console, String name, LargeContent content) throws IOException {
        if (name.equals("-")) {
            content.writeTo(Channels.newChannel(console.out()));
            return;
        }
        try (FileChannel channel = FileChannel.open(target(name), StandardOpenOption.WRITE)) {
            content.writeTo(channel);
        } catch (IOException e) {
            throw failure(name, e);
        }
    }

    /** If one fails, those that were not there before go again; what was replaced cannot come back. */
    private static void rename(List<Staged> staged) throws IOException {
        int done = 0;
        try {
            for (Staged it : staged) {
                Files.move(
                        it.temporary, it.target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                done++;
            }
        } catch (IOException e) {
            for (Staged it : staged.subList(0, done)) {
                if (it.isNew) {
                    Files.deleteIfExists(it.target);
                }
            }
            throw failure(staged.get(done).name, e);
        }
    }

    /** The same error about the file that the user named. */
    private static IOException failure(String name, IOException e) {
        FileSystemException named = new FileSystemException(name, null, "cannot be written: " + InputFile.reason(e));
        named.initCause(e);
        return named;
    }
}
