package dev.igvmtool.devicetree.lint;

import dev.igvmtool.devicetree.live.LiveNode;
import java.util.List;

/**
 * One check of a tree.
 *
 * @param name as dtc calls it
 * @param level what it is unless the user says otherwise
 * @param about what it looks for, half a sentence
 * @param needs names of the checks that must pass before
 * @param rule what looks at one node
 */
public record Check(String name, Level level, String about, List<String> needs, Rule rule) {
    /** What a finding is. */
    public enum Level {
        OFF,
        WARNING,
        ERROR
    }

    /** Looks at one node. */
    interface Rule {
        void check(Inspection inspection, LiveNode node);
    }

    static Check error(String name, String about, Rule rule, String... needs) {
        return new Check(name, Level.ERROR, about, List.of(needs), rule);
    }

    static Check warning(String name, String about, Rule rule, String... needs) {
        return new Check(name, Level.WARNING, about, List.of(needs), rule);
    }

    static Check off(String name, String about, Rule rule, String... needs) {
        return new Check(name, Level.OFF, about, List.of(needs), rule);
    }
}
