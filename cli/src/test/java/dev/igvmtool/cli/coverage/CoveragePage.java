package dev.igvmtool.cli.coverage;

import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The page of the documentation. */
final class CoveragePage {
    private static final String TOP = """
            # What the tests reach of the boot flow

            <!-- Made by BootCoverageIT from what ran: change its catalogue, and run it with -Digvmtool.update-docs. -->

            Each event of the boot flow, and each condition that ends it, by isolation. A cell names the boots of
            `BootCoverageIT` in which both hold: the event is in the trace, and an assertion on memory, registers or logs of
            the guest holds that is keyed to this row. The guest is looked at before the first step of the event and again
            before the next event, for rows of kernel and user mode before the next row, so that what is asserted was done
            by the event itself. What the host does is looked at before the first step of the guest. An event that only
            checks leaves nothing behind when all is well; its boots are those that it ends.

            A fatal condition must end the boot in this event with its text in the log, where there is one already, and on
            the stack; with the crash registers that the host may see under this isolation; and with a processor that has
            stopped. Where several boots reach a row, three are named.

            All boots are of x64 images; rows that are AArch64's alone are here so that the list is whole.

            Independently of this page, `HandoffIT` compares whole boots with what the real boot shim did and left, wherever its
            data is present.

            """;

    private static final int SHOWN = 3;

    private CoveragePage() {}

    static String text(Coverage coverage) {
        StringBuilder page = new StringBuilder(TOP);
        Notes notes = new Notes();
        page.append("## Events\n\n");
        table(page, coverage, notes, row -> !row.fatal());
        page.append("\n## Fatal conditions\n\n");
        table(page, coverage, notes, Row::fatal);
        page.append("\n## Notes\n\n").append(notes.text());
        return page.toString();
    }

    /** Reasons, each with a number. */
    private static final class Notes {
        private final Map<String, Integer> numbers = new LinkedHashMap<>();

        String mark(String reason) {
            int number = numbers.computeIfAbsent(reason, unused -> numbers.size() + 1);
            return "(" + number + ")";
        }

        String text() {
            return numbers.entrySet().stream()
                    .map(note -> note.getValue() + ". " + note.getKey() + "\n")
                    .collect(Collectors.joining());
        }
    }

    private static void table(StringBuilder page, Coverage coverage, Notes notes, Predicate<Row> wanted) {
        page.append("| row | what | none | vbs | snp | tdx |\n|---|---|---|---|---|---|\n");
        for (Row row : BootFlow.rows()) {
            if (wanted.test(row)) {
                List<String> cells = new ArrayList<>(List.of("`" + row.id() + "`", row.text()));
                for (Isolation isolation : Isolation.values()) {
                    cells.add(cell(row, isolation, coverage, notes));
                }
                page.append("| ").append(String.join(" | ", cells)).append(" |\n");
            }
        }
    }

    private static String cell(Row row, Isolation isolation, Coverage coverage, Notes notes) {
        if (row.exemption(isolation).isPresent()) {
            Row.Exemption exemption = row.exemption(isolation).get();
            String word = exemption.applies() ? "not reached " : "does not apply ";
            return word + notes.mark(exemption.reason());
        }
        List<String> names = coverage.scenarios(row, isolation);
        String shown = names.stream()
                .limit(SHOWN)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + ", and " + (names.size() - SHOWN) + " more" : shown;
    }
}
