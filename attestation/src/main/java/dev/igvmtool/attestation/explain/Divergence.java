package dev.igvmtool.attestation.explain;

import dev.igvmtool.measurement.Step;
import java.util.List;
import java.util.Optional;

/**
 * The first step in which two measurements differ.
 *
 * @param index from 0
 * @param usual the step of the usual way; empty if it has ended
 * @param found the step of the other way; empty if it has ended
 */
public record Divergence(int index, Optional<Step> usual, Optional<Step> found) {
    /** Compares two traces; empty if they are the same. */
    static Optional<Divergence> between(List<Step> usual, List<Step> found) {
        for (int i = 0; i < Math.max(usual.size(), found.size()); i++) {
            Optional<Step> one = i < usual.size() ? Optional.of(usual.get(i)) : Optional.empty();
            Optional<Step> other = i < found.size() ? Optional.of(found.get(i)) : Optional.empty();
            if (!one.map(Step::digest).equals(other.map(Step::digest))) {
                return Optional.of(new Divergence(i, one, other));
            }
        }
        return Optional.empty();
    }
}
