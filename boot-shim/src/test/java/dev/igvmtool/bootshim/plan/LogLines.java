package dev.igvmtool.bootshim.plan;

import java.util.ArrayList;
import java.util.List;

/** What a decision says, line by line. */
record LogLines(List<String> lines) implements PlanLog {
    LogLines() {
        this(new ArrayList<>());
    }

    @Override
    public void log(Level level, LogMessage message) {
        lines.add("[" + level + "] " + message.text());
    }
}
