package dev.igvmtool.builder.manifest;

import java.util.List;

/**
 * A whole manifest: one IGVM file with one platform for each guest configuration.
 *
 * @param guestArch architecture of all configurations
 * @param guestConfigs in order of merging, at least one
 */
public record Manifest(GuestArch guestArch, List<GuestConfig> guestConfigs) {
    public Manifest {
        guestConfigs = List.copyOf(guestConfigs);
    }
}
