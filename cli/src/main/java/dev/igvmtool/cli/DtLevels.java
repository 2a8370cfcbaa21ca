package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.lint.Levels;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say which checks warn and which are errors. */
final class DtLevels {
    @Option(
            names = {"-W", "--warning"},
            paramLabel = "[no-]CHECK",
            description = "Let a check warn, or not; repeatable.")
    List<String> warnings = new ArrayList<>();

    @Option(
            names = {"-E", "--error"},
            paramLabel = "[no-]CHECK",
            description = "Take what a check finds for an error, or not; repeatable.")
    List<String> errors = new ArrayList<>();

    Levels levels() {
        Levels levels = new Levels();
        try {
            warnings.forEach(levels::warn);
            errors.forEach(levels::error);
        } catch (FormatException e) {
            throw new CommandException("-W, -E: " + e.getMessage() + "; see igvmtool dt check --list", e);
        }
        return levels;
    }
}
