package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.Hit;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.ViewNode;
import java.util.List;
import java.util.Optional;

/** Moments, stops, structures and bytes as text. */
final class Printer {
    private static final int NAME_WIDTH = 32;
    private static final int BYTES_PER_LINE = 16;
    private static final long LEAST_POINTER = 0x1000;

    private final Session session;

    Printer(Session session) {
        this.session = session;
    }

    /** Where the run is, one line. */
    void moment() {
        session.print(moment(session.debugger().now()));
    }

    private String moment(Moment moment) {
        StringBuilder line = new StringBuilder(session.style().strong("turn " + moment.turn()));
        if (moment.turn() != moment.steps()) {
            line.append(" (").append(moment.steps()).append(" steps)");
        }
        if (moment.next().isEmpty()) {
            return line.append(": no VP can take a turn").toString();
        }
        Moment.Next next = moment.next().get();
        line.append(String.format(": vp%d VTL%d 0x%x ", next.vp(), next.vtl(), next.rip()));
        return line.append(session.style()
                        .place(next.step().map(Moment.ProgramStep::toString).orElse("machine code")))
                .toString();
    }

    /** Why a run stopped, and where. */
    void stop(Stop stop) {
        switch (stop.reason()) {
            case DONE -> {
                // The moment says it all.
            }
            case HIT -> stop.hits().forEach(this::hit);
            case IDLE -> session.print("every VP waits for an interrupt or a start");
            case VP_STOPPED -> session.print("stopped: " + Escape.line(stop.detail()));
            case LIMIT -> session.print("as many turns as allowed");
            case START -> session.print("this is the first moment");
            case PAUSED -> session.print("paused");
        }
        session.selectNext();
        session.print(moment(stop.moment()));
    }

    private void hit(Hit hit) {
        String name = session.debugger()
                .breakpoints()
                .of(hit.condition())
                .map(breakpoint -> "breakpoint " + breakpoint.id())
                .orElse("reached");
        session.printf(
                "%s, turn %d of vp%d: %s",
                session.style().strong(name), hit.turn(), hit.vp(), Escape.line(hit.detail()));
    }

    /** A structure with its fields. */
    void structure(Located located, ViewNode view, Optional<String> field) {
        session.printf(
                "%s at 0x%x, %s (%s)",
                session.style().strong(located.name()),
                located.gpa(),
                located.type().title(),
                located.foundBy());
        if (!view.text().isEmpty()) {
            session.print("  " + Escape.line(view.text()));
        }
        List<Located> places = session.structures().present();
        view.children().forEach(child -> node("  ", child, places));
        field.ifPresent(path -> session.print("the address lies in " + located.name() + path));
    }

    /** A node and what is in it. */
    void node(String indent, ViewNode node, List<Located> places) {
        String name = indent + Escape.line(node.name());
        String line = node.text().isEmpty()
                ? name
                : String.format("%-" + NAME_WIDTH + "s %s", name, Escape.line(node.text()) + pointer(node, places));
        session.print(line);
        node.children().forEach(child -> node(indent + "  ", child, places));
    }

    /** Where a number leads, if it is the address of something that is known. */
    private String pointer(ViewNode node, List<Located> places) {
        long value = node.number().orElse(0);
        if (node.sizeBytes() < Integer.BYTES
                || value < LEAST_POINTER
                || node.text().contains("->")) {
            return "";
        }
        return places.stream()
                .filter(place -> place.gpa() == value)
                .findFirst()
                .map(place -> session.style().faint(" -> " + place.name()))
                .orElse("");
    }

    /** Bytes in hexadecimal and as text. */
    void bytes(long address, Bytes content) {
        for (int at = 0; at < content.size(); at += BYTES_PER_LINE) {
            StringBuilder hex = new StringBuilder();
            StringBuilder text = new StringBuilder();
            for (int i = at; i < Math.min(at + BYTES_PER_LINE, content.size()); i++) {
                hex.append(String.format("%02x ", content.u8(i)));
                hex.append(i % BYTES_PER_LINE == BYTES_PER_LINE / 2 - 1 ? " " : "");
                text.append(content.u8(i) >= ' ' && content.u8(i) < 0x7f ? (char) content.u8(i) : '.');
            }
            session.printf("  0x%08x  %-50s %s", address + at, hex, text);
        }
    }
}
