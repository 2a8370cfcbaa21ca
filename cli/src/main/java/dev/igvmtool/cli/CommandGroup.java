package dev.igvmtool.cli;

import java.util.List;

/** A command that only holds others: {@code dt compile}. */
interface CommandGroup {
    /** The commands that follow its name; each has its own name by annotation. */
    List<Object> commands();
}
