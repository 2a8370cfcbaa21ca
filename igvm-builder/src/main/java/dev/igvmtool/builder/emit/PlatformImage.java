package dev.igvmtool.builder.emit;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.SupportedPlatform;
import java.util.List;

/**
 * One guest configuration, built: its headers and what there is to tell people about the layout.
 *
 * @param layout filled and reserved ranges, ascending
 * @param requiredMemory in order of the requests
 * @param relocations regions that may move, ascending
 */
public record PlatformImage(
        GuestConfig config,
        SupportedPlatform platform,
        List<InitializationHeader> initializations,
        List<Directive> directives,
        List<Tagged> layout,
        List<Tagged> requiredMemory,
        List<Tagged> relocations) {
    public PlatformImage {
        initializations = List.copyOf(initializations);
        directives = List.copyOf(directives);
        layout = List.copyOf(layout);
        requiredMemory = List.copyOf(requiredMemory);
        relocations = List.copyOf(relocations);
    }

    /** A range with its name. */
    public record Tagged(GpaRange range, String tag) {}
}
