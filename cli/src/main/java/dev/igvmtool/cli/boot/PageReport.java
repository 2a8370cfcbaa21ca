package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PageAttributes;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.Locale;

/**
 * What pages are to whom, as text: a line for each run of RAM that is alike, with its range, its size in pages, private or
 * shared, its acceptance, and what each enabled VTL may do with it (read, write, kernel and user execution).
 */
final class PageReport {
    private PageReport() {}

    static String of(Machine machine) {
        StringBuilder text = new StringBuilder();
        for (PageAttributes.Run run : machine.partition().memory().runs()) {
            PageAttributes attributes = run.attributes();
            text.append(String.format(
                    Locale.ROOT,
                    "0x%012x-0x%012x %10d %-7s %-10s",
                    run.firstPage() * PhysicalMemory.PAGE_SIZE,
                    run.endPage() * PhysicalMemory.PAGE_SIZE,
                    run.endPage() - run.firstPage(),
                    attributes.isShared() ? "shared" : "private",
                    acceptance(attributes)));
            for (int vtl = 0; vtl < attributes.allowed().size(); vtl++) {
                if (machine.partition().state().isVtlEnabled(vtl)) {
                    text.append(String.format(
                            " vtl%d:%s",
                            vtl, GpaProtection.letters(attributes.allowed().get(vtl))));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String acceptance(PageAttributes attributes) {
        return switch (attributes.state()) {
            case ACCEPTED -> "accepted";
            case UNACCEPTED -> "unaccepted";
            case SHARED -> "-";
            case WITHHELD -> "withheld";
        };
    }
}
