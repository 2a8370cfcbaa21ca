package dev.igvmtool.cli.coverage;

import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which rows were reached by which boots. */
final class Coverage {
    private final Map<String, Map<Isolation, List<String>>> cells = new TreeMap<>();

    Coverage() {
        for (Row row : BootFlow.rows()) {
            cells.put(row.id(), new EnumMap<>(Isolation.class));
        }
    }

    /** Takes the rows of a boot whose assertions held. */
    void add(String scenario, Isolation isolation, List<String> rows) {
        for (String row : rows) {
            Map<Isolation, List<String>> cell = cells.get(row);
            if (cell == null) {
                throw new AssertionError(scenario + " asserts for " + row + ", which is no row");
            }
            List<String> names = cell.computeIfAbsent(isolation, unused -> new ArrayList<>());
            if (!names.contains(scenario)) {
                names.add(scenario);
            }
        }
    }

    /** The boots of a cell, in the order in which they ran. */
    List<String> scenarios(Row row, Isolation isolation) {
        return cells.getOrDefault(row.id(), Map.of()).getOrDefault(isolation, List.of());
    }

    /** Cells that have neither a boot nor a reason, or both. */
    List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        for (Row row : BootFlow.rows()) {
            for (Isolation isolation : Isolation.values()) {
                boolean reached = !scenarios(row, isolation).isEmpty();
                if (reached == row.exemption(isolation).isPresent()) {
                    gaps.add(row.id() + " under " + isolation
                            + (reached ? " is reached, but has a reason why it is not" : " is not reached"));
                }
            }
        }
        return gaps;
    }
}
