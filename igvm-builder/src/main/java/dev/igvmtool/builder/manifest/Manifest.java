package dev.igvmtool.builder.manifest;

import java.util.List;

/**
 * A whole manifest: one IGVM file with one platform for each guest configuration.
 *
 * @param source file it was read from, for messages
 * @param guestArch architecture of all configurations
 * @param guestConfigs in order of merging, at least one
 */
public record Manifest(String source, GuestArch guestArch, List<GuestConfig> guestConfigs) {
    public Manifest {
        guestConfigs = List.copyOf(guestConfigs);
    }
}
