package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a guest should make of the lies of its host.
 *
 * @param isolations under which
 * @param outcome how the boot goes
 * @param event the last one of the timeline when the guest refuses or is stopped; one that it reaches when it proceeds
 * @param says part of the text of a refusal or a stop, as the log of the stage or the report of the machine has it
 * @param unchanged what must be the same as with an honest host
 */
public record Expectation(
        Set<Isolation> isolations, Outcome outcome, String event, Optional<String> says, List<Product> unchanged) {
    public Expectation {
        isolations = Set.copyOf(isolations);
        unchanged = List.copyOf(unchanged);
    }

    /** How a boot goes under a lie. */
    public enum Outcome {
        /** A stage sees it and ends the boot. */
        REFUSES,
        /** The platform keeps the guest from going on; nothing is given away. */
        STOPS,
        /** The boot goes on as if the host were honest, or with a difference that the guest bears. */
        PROCEEDS
    }

    /** What a boot leaves for the kernel, and what comes of it in the end. */
    public enum Product {
        KERNEL_TREE,
        COMMAND_LINE,
        E820,
        BOOT_PARAMS,
        /** What VTL0 prints. */
        GUEST_OUTPUT
    }
}
