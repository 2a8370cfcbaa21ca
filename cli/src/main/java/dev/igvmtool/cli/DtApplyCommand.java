package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.overlay.Overlay;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dt apply}: a device tree with overlays. */
@Command(
        name = "apply",
        description =
                "Applies overlays to a device tree, in their order, as fdtoverlay does. The tree needs symbols: dt compile -@.",
        footer = {"", "Example: igvmtool dt apply -o merged.dtb board.dtb change.dtbo"})
final class DtApplyCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            defaultValue = "-",
            description = "Blob to write, - for standard output (the default).")
    String output;

    @Parameters(index = "0", paramLabel = "BASE", description = "Blob, or source text named .dts.")
    String base;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "OVERLAY", description = "The same for each overlay.")
    List<String> overlays = new ArrayList<>();

    DtApplyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Bytes tree = new DtFile(base).blob(console);
        for (String overlay : overlays) {
            Fdt change = new DtFile(overlay).read(console, true);
            try {
                tree = Overlay.apply(tree, change);
            } catch (FormatException e) {
                throw new CommandException(overlay + ": " + e.getMessage(), e);
            }
        }
        new OutputFile(output).write(console, tree);
        return ExitStatus.DONE;
    }
}
