package dev.igvmtool.cli;

import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt compile}: source text to blob. */
@Command(
        name = "compile",
        description =
                "Makes a device tree blob of source text, as dtc 1.6.1 does. Included files must lie in the folder of"
                        + " the source or in those of --include.",
        footer = {"", "Example: igvmtool dt compile -@ -o board.dtb board.dts"})
final class DtCompileCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            defaultValue = "-",
            description = "Blob to write, - for standard output (the default).")
    String output;

    @Option(
            names = {"-@", "--symbols"},
            description = "Add __symbols__, so that overlays can refer to labels.")
    boolean symbols;

    @Option(
            names = {"-i", "--include"},
            paramLabel = "DIR",
            description = "Look for included files here as well; repeatable.")
    List<Path> folders = new ArrayList<>();

    @Option(
            names = {"-b", "--boot-cpu"},
            paramLabel = "ID",
            description = "Hardware id of the boot processor, instead of that of the first one in the tree.")
    Long bootCpu;

    @Option(
            names = {"-R", "--reserve"},
            paramLabel = "N",
            description = "Empty entries of the reservation block.")
    int reserve;

    @Option(
            names = {"-S", "--space"},
            paramLabel = "BYTES",
            description = "Fill the blob up to this size.")
    int space;

    @Option(
            names = {"-p", "--pad"},
            paramLabel = "BYTES",
            description = "Add this many bytes to the blob.")
    int pad;

    @Option(
            names = {"-a", "--align"},
            paramLabel = "BYTES",
            description = "Fill the blob up to a multiple of this.")
    int align;

    @Parameters(paramLabel = "FILE", description = "Source text, - for standard input.")
    String file;

    DtCompileCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (reserve < 0 || space < 0 || pad < 0 || align < 0 || reserve > 1 << 20) {
            throw new CommandException("dt compile: found a negative or too large number, expected 0 or more");
        }
        if (bootCpu != null && bootCpu >>> Integer.SIZE != 0) {
            throw new CommandException("--boot-cpu: found " + bootCpu + ", expected 32 bits");
        }
        Fdt tree = new DtFile(file).compile(console, folders, symbols);
        if (bootCpu != null) {
            tree = new Fdt(tree.totalSize(), bootCpu, tree.reservations(), tree.root());
        }
        new OutputFile(output).write(console, FdtWriter.write(tree, new FdtWriter.Space(reserve, space, pad, align)));
        return ExitStatus.DONE;
    }
}
