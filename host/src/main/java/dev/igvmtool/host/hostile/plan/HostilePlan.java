package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Optional;

/**
 * What a host lies about, and what the guest should make of it.
 *
 * @param name by which it is chosen
 * @param about in one sentence
 * @param lies in the order in which those about the device tree are told
 * @param expectations at most one for each isolation; without one, nothing is expected
 */
public record HostilePlan(String name, String about, List<Lie> lies, List<Expectation> expectations) {
    public HostilePlan {
        lies = List.copyOf(lies);
        expectations = List.copyOf(expectations);
    }

    /** What is expected of a guest under an isolation. */
    public Optional<Expectation> expectation(Isolation isolation) {
        return expectations.stream()
                .filter(it -> it.isolations().contains(isolation))
                .findFirst();
    }
}
