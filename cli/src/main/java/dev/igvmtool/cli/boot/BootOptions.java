package dev.igvmtool.cli.boot;

import java.util.List;
import java.util.Optional;

/**
 * How a boot is run.
 *
 * @param overlays stages to put over the loaded image, some of {@link StageOverlays#STAGES}
 * @param until id of the event at which to stop
 * @param maxTurns most turns of VPs, so that a guest that never halts ends
 */
public record BootOptions(List<String> overlays, Optional<String> until, long maxTurns) {
    public BootOptions {
        overlays = List.copyOf(overlays);
    }
}
