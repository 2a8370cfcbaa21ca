package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Looks for lines in logs that grow. */
final class LogWatch {
    private final List<Condition.OnLogLine> conditions;
    private final List<LogSource> sources;
    private final List<Integer> lengths;

    LogWatch(List<Condition.OnLogLine> conditions, List<LogSource> sources) {
        this.conditions = conditions;
        this.sources = sources;
        this.lengths = new ArrayList<>(Collections.nCopies(sources.size(), 0));
    }

    /** What stands there now is old. */
    void start() {
        for (int i = 0; i < sources.size(); i++) {
            lengths.set(i, sources.get(i).text().size());
        }
    }

    /** Adds a hit for each condition that a line of this turn fulfils. */
    void endTurn(long turn, int vp, List<Hit> hits) {
        for (int i = 0; i < sources.size(); i++) {
            Bytes text = sources.get(i).text();
            int former = lengths.get(i);
            if (text.size() != former) {
                lengths.set(i, text.size());
                look(sources.get(i).name(), newLines(text, Math.min(former, text.size())), turn, vp, hits);
            }
        }
    }

    private void look(String source, List<String> lines, long turn, int vp, List<Hit> hits) {
        for (Condition.OnLogLine condition : conditions) {
            lines.stream()
                    .filter(line -> line.contains(condition.text()))
                    .findFirst()
                    .ifPresent(line -> hits.add(Hit.of(condition, turn, vp, source + ": " + line)));
        }
    }

    /** The lines that have become whole since the text had a length. */
    private static List<String> newLines(Bytes text, int former) {
        int start = former;
        while (start > 0 && text.u8(start - 1) != '\n') {
            start--;
        }
        int end = text.size();
        while (end > start && text.u8(end - 1) != '\n') {
            end--;
        }
        return end <= former
                ? List.of()
                : text.slice(start, end - start).toUtf8().lines().toList();
    }
}
