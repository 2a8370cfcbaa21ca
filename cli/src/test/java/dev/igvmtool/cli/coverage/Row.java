package dev.igvmtool.cli.coverage;

import dev.igvmtool.machine.partition.Isolation;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A row of the coverage page: an event or a fatal condition of the boot flow.
 *
 * @param id by which assertions name it: the event, for a condition with a word behind it
 * @param text what happens
 * @param fatal whether it ends the boot
 * @param exempt why it does not apply, or cannot be reached, by isolation
 */
record Row(String id, String text, boolean fatal, Map<Isolation, Exemption> exempt) {
    /** A cell that needs no assertion. */
    record Exemption(boolean applies, String reason) {
        String text() {
            return (applies ? "not reached: " : "does not apply: ") + reason;
        }
    }

    Row {
        exempt = Map.copyOf(exempt);
    }

    static Row event(String id, String text) {
        return new Row(id, text, false, Map.of());
    }

    static Row condition(String id, String text) {
        return new Row(id, text, true, Map.of());
    }

    Optional<Exemption> exemption(Isolation isolation) {
        return Optional.ofNullable(exempt.get(isolation));
    }

    Row not(String reason, Isolation... isolations) {
        return with(new Exemption(false, reason), isolations);
    }

    Row unreached(String reason, Isolation... isolations) {
        return with(new Exemption(true, reason), isolations);
    }

    private Row with(Exemption exemption, Isolation... isolations) {
        Map<Isolation, Exemption> all = new EnumMap<>(Isolation.class);
        all.putAll(exempt);
        for (Isolation isolation : isolations) {
            all.put(isolation, exemption);
        }
        return new Row(id, text, fatal, all);
    }
}
