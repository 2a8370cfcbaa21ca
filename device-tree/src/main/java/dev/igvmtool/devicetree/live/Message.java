package dev.igvmtool.devicetree.live;

import java.util.List;
import java.util.Optional;

/**
 * Something to say about a tree or its source.
 *
 * @param severity an error stops the making of the tree
 * @param check name of the check that found it; absent for the language itself
 * @param places where it was defined, the first definition first; empty if it has no source text
 * @param subject what it is about, {@code /path} or {@code /path:property}; empty for the source as a whole
 * @param text what is wrong, found and expected; one line
 */
public record Message(Severity severity, Optional<String> check, List<Place> places, String subject, String text) {
    /** How bad it is. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public Message {
        places = List.copyOf(places);
    }

    /** An error of the language at {@code place}. */
    static Message error(Place place, String text) {
        return new Message(Severity.ERROR, Optional.empty(), List.of(place), "", text);
    }

    /**
     * One line, led by the place as dtc writes it: {@code x.dts:3.5-9: Warning (reg_format): /a:reg: ...}.
     *
     * @param tree what stands for the place if there is none: the name of the input
     */
    public String line(String tree) {
        StringBuilder line =
                new StringBuilder(places.isEmpty() ? tree : places.get(0).toString());
        line.append(": ");
        check.ifPresent(name -> line.append(severity == Severity.ERROR ? "ERROR" : "Warning")
                .append(" (")
                .append(name)
                .append("): "));
        if (!subject.isEmpty()) {
            line.append(subject).append(": ");
        }
        line.append(text);
        for (int i = 1; i < places.size(); i++) {
            line.append(i == 1 ? "; also defined at " : ", ").append(places.get(i));
        }
        return line.toString();
    }
}
