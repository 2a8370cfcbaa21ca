package dev.igvmtool.kernelstub.fs;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The initrd: cpio archives in a row, plain or each inside a gzip member, with zero bytes between them. Later archives
 * add to and replace what earlier ones brought.
 */
public final class Initrd {
    private static final int CPIO = '0';
    private static final int GZIP = 0x1f;

    private Initrd() {}

    /**
     * Unpacks all archives.
     *
     * @param physical memory by guest physical address
     * @param range where the initrd is
     * @param tree tree to fill
     * @param data where file content goes
     * @return number of entries
     * @throws FormatException if an archive is malformed
     */
    public static int unpack(Memory physical, GpaRange range, FileTree tree, FileData data) {
        RootFsWriter writer = new RootFsWriter(tree, data);
        try (PushbackInputStream source =
                new PushbackInputStream(new MemoryStream(physical, range), GzipMember.CHUNK)) {
            archives(source, writer, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FormatException e) {
            throw e.in("initrd at " + range);
        }
        return writer.entries();
    }

    /**
     * Names of all entries, unpacking nothing.
     *
     * @throws FormatException if an archive is malformed
     */
    public static Set<String> names(Memory physical, GpaRange range) {
        Set<String> names = new TreeSet<>();
        try (PushbackInputStream source =
                new PushbackInputStream(new MemoryStream(physical, range), GzipMember.CHUNK)) {
            archives(
                    source,
                    (header, name, content) -> {
                        names.add(name);
                        if (names.size() > RootFsWriter.MAX_ENTRIES) {
                            throw new FormatException("archive has more than " + RootFsWriter.MAX_ENTRIES + " entries");
                        }
                    },
                    true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FormatException e) {
            throw e.in("initrd at " + range);
        }
        return names;
    }

    /** What became of the entry of a built-in archive. */
    public enum Merged {
        REPLACED(" replaces the initrd's"),
        ADDED(" is added"),
        LEFT_OUT(" is left out");

        private final String text;

        Merged(String text) {
            this.text = text;
        }

        /** What can be said of a path. */
        public String text() {
            return text;
        }
    }

    /**
     * Merges an archive that is part of the kernel: its files take the place of files that are there, everything else is
     * added where it is missing.
     *
     * @param memory in which the archive is
     * @param archive where, uncompressed
     * @return what became of each entry, by path
     * @throws FormatException if the archive is malformed
     */
    public static Map<String, Merged> merge(Memory memory, GpaRange archive, FileTree tree, FileData data) {
        RootFsWriter writer = new RootFsWriter(tree, data);
        Map<String, Merged> merged = new TreeMap<>();
        try (InputStream source = new MemoryStream(memory, archive)) {
            new CpioReader(source).read((header, name, content) -> {
                boolean file = header.type() == FileMode.REGULAR;
                if (exists(tree, name) == file) {
                    writer.entry(header, name, content);
                    merged.put("/" + name, file ? Merged.REPLACED : Merged.ADDED);
                } else {
                    merged.put("/" + name, Merged.LEFT_OUT);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return merged;
    }

    private static boolean exists(FileTree tree, String name) {
        try {
            return tree.place(name, false).inode().isPresent();
        } catch (LinuxError e) {
            return false; // not even the directory
        }
    }

    private static void archives(PushbackInputStream source, CpioReader.Sink sink, boolean mayBeCompressed)
            throws IOException {
        for (int first = source.read(); first >= 0; first = source.read()) {
            if (first == 0) {
                continue;
            }
            source.unread(first);
            if (first == CPIO) {
                new CpioReader(source).read(sink);
            } else if (first == GZIP && mayBeCompressed) {
                try (InputStream member = new BufferedInputStream(new GzipMember(source), 65536)) {
                    archives(new PushbackInputStream(member, 1), sink, false);
                }
            } else {
                throw new FormatException(String.format(
                        "an archive starts with byte 0x%02x, expected a cpio archive (070701)%s",
                        first, mayBeCompressed ? " or a gzip member (1f 8b)" : ""));
            }
        }
    }
}
