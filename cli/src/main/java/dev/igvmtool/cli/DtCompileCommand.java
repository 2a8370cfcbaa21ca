package dev.igvmtool.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dt compile}: source text to blob. */
@Command(
        name = "compile",
        description =
                "Makes a device tree blob of source text, as dtc 1.6.1 does, whose options it takes. Included files must"
                        + " lie in the folder of the source or in those of --include.",
        footer = {"", "Example: igvmtool dt compile -@ -o board.dtb board.dts"})
final class DtCompileCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Mixin
    DtOptions options;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "-",
            description = "Source text, blob or folder; - for standard input (the default).")
    String file;

    DtCompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        return options.run(console, file, DtFile.Kind.DTS, "dtb", common.quiet);
    }
}
