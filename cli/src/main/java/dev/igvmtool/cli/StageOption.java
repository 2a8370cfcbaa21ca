package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.boot.StageOverlays;
import java.util.List;
import picocli.CommandLine.Option;

/** Which stages run as Java programs in place of an image's code. */
final class StageOption {
    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Run this stage as the Java program over a real image: boot-shim, sidecar, kernel-stub, init,"
                    + " paravisor-runtime, guest or all. Repeatable.")
    List<String> stages = List.of();

    /** The stages, some of {@link StageOverlays#STAGES}. */
    List<String> overlays() {
        try {
            return StageOverlays.named(stages);
        } catch (IgvmToolException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
    }
}
