package dev.igvmtool.cli.boot;

import dev.igvmtool.devicetree.binding.MemoryEntry;

/** What a user can do about a failure, where the reason does not say it. */
public final class Advice {
    private static final String OUT_OF_MEMORY = "Out of memory";
    private static final int MIB_SHIFT = 20;

    private Advice() {}

    /** Text to stand behind the reason; empty if there is nothing to say. */
    public static String on(BootOutcome outcome) {
        boolean outOfMemory = outcome.failure()
                .filter(failure -> failure.vtl() > 0 && failure.reason().contains(OUT_OF_MEMORY))
                .isPresent();
        if (!outOfMemory) {
            return "";
        }
        long bytes = outcome.vm().plan().memoryMap().entries().stream()
                .filter(entry -> entry.igvmType() == MemoryEntry.VTL2_PROTECTABLE)
                .mapToLong(entry -> entry.range().size())
                .sum();
        return String.format(
                "; VTL2 has %d MiB for %d VPs: give it more with 'memory' in the manifest, or with 'vtl2_base' of mode"
                        + " memory-layout and a 'size' in --host",
                bytes >> MIB_SHIFT, outcome.vm().machine().partition().vpCount());
    }
}
