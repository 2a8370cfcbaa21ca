package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.compile.Compilation;
import dev.igvmtool.devicetree.compile.CompileOptions;
import dev.igvmtool.devicetree.compile.FolderTree;
import dev.igvmtool.devicetree.compile.TreeCompiler;
import dev.igvmtool.devicetree.live.Budget;
import dev.igvmtool.devicetree.source.SourceFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A device tree named on the command line: a blob, source text or a folder as {@code /proc/device-tree}.
 *
 * @param name as the user wrote it; {@code -} is standard input
 */
record DtFile(String name) {
    private static final int MAX_BLOB_BYTES = 64 << 20;

    /** What the file holds. */
    enum Kind {
        DTS,
        DTB,
        FS;

        static Kind of(String name) {
            for (Kind kind : values()) {
                if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return kind;
                }
            }
            throw new CommandException("-I: found " + name + ", expected dts, dtb or fs");
        }
    }

    /** The tree: of a blob of any version, of source text, or of a folder. */
    Fdt read(Console console) throws IOException {
        return read(console, false);
    }

    /** The same; {@code symbols} is true to add symbols for overlays to what is compiled. */
    Fdt read(Console console, boolean symbols) throws IOException {
        return read(content(console), symbols);
    }

    private Fdt read(Content content, boolean symbols) throws IOException {
        Kind kind = content.kind(name.endsWith(".dts") || name.endsWith(".dtso") ? Kind.DTS : Kind.DTB);
        try {
            if (kind == Kind.DTS) {
                CompileOptions options = CompileOptions.standard().withSymbols(symbols);
                return compile(content, kind, options, List.of()).require().toFdt();
            }
            return content.tree(kind);
        } catch (FormatException e) {
            throw new CommandException(kind == Kind.DTS ? e.getMessage() : name + ": " + e.getMessage(), e);
        }
    }

    /** The blob that a file holds, or that comes of source text or a folder, with symbols for overlays. */
    Bytes blob(Console console) throws IOException {
        Content content = content(console);
        return Content.isBlob(content.bytes) ? content.bytes : FdtWriter.write(read(content, true));
    }

    /**
     * Compiles source text, or makes the tree of a blob or folder anew.
     *
     * @param wanted what the file holds; absent to find out
     * @param otherwise what it holds if nothing tells
     * @param folders further folders for included files
     */
    Compilation compile(
            Console console, Optional<Kind> wanted, Kind otherwise, CompileOptions options, List<Path> folders)
            throws IOException {
        Content content = content(console);
        Kind kind = wanted.orElseGet(() -> content.kind(otherwise));
        try {
            return compile(content, kind, options, folders);
        } catch (FormatException e) {
            throw new CommandException(name + ": " + e.getMessage(), e);
        }
    }

    private Compilation compile(Content content, Kind kind, CompileOptions options, List<Path> folders)
            throws IOException {
        TreeCompiler compiler = new TreeCompiler(options);
        if (kind != Kind.DTS) {
            return compiler.tree(name, content.tree(kind));
        }
        Path folder = Path.of(name.equals("-") ? "x" : name).toAbsolutePath().getParent();
        SourceFolder files = new SourceFolder(folder == null ? Path.of("/") : folder, folders);
        return compiler.source(name, content.bytes, files);
    }

    /** What stands in a file, or the folder that it is. */
    private record Content(Optional<Path> folder, Bytes bytes) {
        /** What it is by its first bytes; {@code otherwise} if they do not tell. */
        Kind kind(Kind otherwise) {
            if (folder.isPresent()) {
                return Kind.FS;
            }
            return isBlob(bytes) ? Kind.DTB : otherwise;
        }

        static boolean isBlob(Bytes bytes) {
            return bytes.size() >= Integer.BYTES
                    && bytes.slice(0, Integer.BYTES).equals(Bytes.fromHex(Long.toHexString(Fdt.MAGIC)));
        }

        Fdt tree(Kind kind) throws IOException {
            if (kind == Kind.FS) {
                return FolderTree.read(folder.orElseThrow(() -> new FormatException("is a file, expected a folder")));
            }
            if (folder.isPresent()) {
                throw new FormatException("is a folder, expected a file");
            }
            return Fdt.parseAnyVersion(bytes);
        }
    }

    private Content content(Console console) throws IOException {
        if (name.equals("-")) {
            return new Content(Optional.empty(), ofStream(console.in()));
        }
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                return new Content(Optional.of(path), Bytes.EMPTY);
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                try (InputStream stream = Files.newInputStream(path)) {
                    return new Content(Optional.empty(), ofStream(stream));
                }
            }
        } catch (InvalidPathException e) {
            throw new CommandException(name + ": not a file name", e);
        }
        return new Content(Optional.empty(), new InputFile(name).read(console, bytes -> bytes));
    }

    /** A stream may have no end: of source text and of blobs, no more is read than they may have. */
    private static Bytes ofStream(InputStream stream) throws IOException {
        byte[] start = stream.readNBytes(Budget.MAX_SOURCE_BYTES + 1);
        if (!Content.isBlob(Bytes.wrap(start)) || start.length <= Budget.MAX_SOURCE_BYTES) {
            return Bytes.wrap(start);
        }
        byte[] rest = stream.readNBytes(MAX_BLOB_BYTES - start.length);
        byte[] all = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        return Bytes.wrap(all);
    }
}
