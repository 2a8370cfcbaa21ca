package dev.igvmtool.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dt decompile}: blob to source text. */
@Command(
        name = "decompile",
        description =
                "Shows a device tree as source text, as dtc 1.6.1 does, whose options it takes. Blobs of all versions"
                        + " can be read; what checks find is said, and does not keep a tree from being shown.",
        footer = {"", "Example: igvmtool dt decompile host-tree.dtb"})
final class DtDecompileCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    DtOptions options;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "-",
            description = "Blob, source text or folder; - for standard input (the default).")
    String file;

    DtDecompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        options.force = true;
        return options.run(console, file, DtFile.Kind.DTB, "dts", common.quiet);
    }
}
