package dev.igvmtool.cli;

import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.source.Dts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt decompile}: blob to source text. */
@Command(
        name = "decompile",
        description = "Shows a device tree as source text, as dtc 1.6.1 does.",
        footer = {"", "Example: igvmtool dt decompile host-tree.dtb"})
final class DtDecompileCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            defaultValue = "-",
            description = "Source text to write, - for standard output (the default).")
    String output;

    @Parameters(paramLabel = "FILE", description = "Device tree blob, - for standard input.")
    String file;

    DtDecompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        String text = new InputFile(file).read(console, blob -> Dts.decompile(Fdt.parse(blob)));
        new OutputFile(output).write(console, stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
        return ExitStatus.DONE;
    }
}
