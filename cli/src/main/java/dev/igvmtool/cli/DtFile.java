package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.source.DtsCompiler;
import dev.igvmtool.devicetree.source.SourceFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A device tree named on the command line, as blob or as source text.
 *
 * @param name as the user wrote it
 */
record DtFile(String name) {
    /** The tree: of a blob, or of source text if the name ends in {@code .dts} or {@code .dtso}. */
    Fdt read(Console console) throws IOException {
        return read(console, false);
    }

    /** The same; {@code symbols} is true to add symbols for overlays to what is compiled. */
    Fdt read(Console console, boolean symbols) throws IOException {
        return name.endsWith(".dts") || name.endsWith(".dtso")
                ? compile(console, List.of(), symbols)
                : new InputFile(name).read(console, Fdt::parse);
    }

    /**
     * The tree that source text gives.
     *
     * @param folders further folders for included files
     * @param symbols true to add symbols for overlays
     */
    Fdt compile(Console console, List<Path> folders, boolean symbols) throws IOException {
        Path folder = Path.of(name.equals("-") ? "x" : name).toAbsolutePath().getParent();
        DtsCompiler compiler =
                new DtsCompiler(new SourceFolder(folder == null ? Path.of("/") : folder, folders), symbols);
        if (!name.equals("-")) {
            return new InputFile(name).read(console, source -> compiler.compile(name, source));
        }
        // No more of a stream is read than source text may have.
        byte[] source = console.in().readNBytes(DtsCompiler.MAX_SOURCE_BYTES + 1);
        try {
            return compiler.compile(name, Bytes.wrap(source));
        } catch (FormatException e) {
            throw new CommandException(name + ": " + e.getMessage(), e);
        }
    }
}
