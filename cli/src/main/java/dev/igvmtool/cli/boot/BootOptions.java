package dev.igvmtool.cli.boot;

import dev.igvmtool.format.IgvmFile;
import java.util.List;
import java.util.Optional;

/**
 * How a boot is run.
 *
 * @param overlays stages to put over the loaded image, some of {@link StageOverlays#STAGES}
 * @param until id of the event at which to stop
 * @param maxTurns most turns of VPs, so that a guest that never halts ends
 * @param restarts how often VTL2 is to be replaced while VTL0 runs
 * @param restartImage what is loaded then, if it is not the image itself
 */
public record BootOptions(
        List<String> overlays, Optional<String> until, long maxTurns, int restarts, Optional<IgvmFile> restartImage) {
    public BootOptions {
        overlays = List.copyOf(overlays);
    }

    /** Without restarts. */
    public BootOptions(List<String> overlays, Optional<String> until, long maxTurns) {
        this(overlays, until, maxTurns, 0, Optional.empty());
    }
}
