package dev.igvmtool.cli;

import dev.igvmtool.cli.boot.StageOverlay;
import java.util.List;
import picocli.CommandLine.Option;

/** Which stages run as Java programs in place of an image's code. */
final class StageOption {
    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "Run this stage as the Java program over a real image: boot-shim, sidecar, kernel-stub"
                    + " or all. Repeatable.")
    List<String> stages = List.of();

    /** The stages, some of {@link StageOverlay#STAGES}. */
    List<String> overlays() {
        if (stages.contains("all")) {
            return StageOverlay.STAGES;
        }
        for (String stage : stages) {
            if (!StageOverlay.STAGES.contains(stage)) {
                throw new CommandException("no stage '" + stage + "' to put over an image, expected all or one of "
                        + String.join(", ", StageOverlay.STAGES));
            }
        }
        return stages;
    }
}
