package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/**
 * A file named on the command line; {@code -} is standard input. Every error names it first.
 *
 * @param name as the user wrote it
 */
record InputFile(String name) {
    /**
     * The content, read by {@code reader}.
     *
     * @throws CommandException if the file cannot be read, or is not what {@code reader} expects
     */
    <T> T read(Console console, Function<Bytes, T> reader) {
        try {
            return reader.apply(content(console.in()));
        } catch (FormatException e) {
            throw new CommandException(name + ": " + e.getMessage(), e);
        }
    }

    private Bytes content(InputStream standardInput) {
        try {
            return name.equals("-") ? Bytes.wrap(standardInput.readAllBytes()) : content(Path.of(name));
        } catch (InvalidPathException e) {
            throw new CommandException(name + ": not a file name", e);
        } catch (IOException e) {
            throw new CommandException(name + ": " + reason(e), e);
        }
    }

    private Bytes content(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new CommandException(name + ": is a folder, expected a file");
        }
        if (!Files.isRegularFile(path)) {
            return Bytes.wrap(Files.readAllBytes(path));
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new CommandException(
                        name + ": file of " + channel.size() + " bytes, expected at most " + Integer.MAX_VALUE);
            }
            return Bytes.wrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        }
    }

    /** The file and what is wrong, for errors that come from elsewhere. */
    static String describe(IOException e) {
        return e instanceof FileSystemException file && file.getFile() != null
                ? file.getFile() + ": " + reason(e)
                : reason(e);
    }

    /** What is wrong, without the name of the file. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
