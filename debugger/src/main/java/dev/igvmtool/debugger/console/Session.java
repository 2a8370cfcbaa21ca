package dev.igvmtool.debugger.console;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the commands of one console share. */
final class Session {
    private final Debugger debugger;
    private final Structures structures;
    private final Origins origins;
    private final Saver saver;
    private final Style style;
    private final Consumer<String> out;
    private int vp;
    private boolean over;
    private final List<String> answer = new ArrayList<>();

    /** @param out takes lines, without their ends */
    Session(Debugger debugger, Structures structures, Origins origins, Saver saver, Style style, Consumer<String> out) {
        this.debugger = debugger;
        this.structures = structures;
        this.origins = origins;
        this.saver = saver;
        this.style = style;
        this.out = out;
    }

    Debugger debugger() {
        return debugger;
    }

    Structures structures() {
        return structures;
    }

    Origins origins() {
        return origins;
    }

    Saver saver() {
        return saver;
    }

    Style style() {
        return style;
    }

    /** The VP whose registers and memory commands speak of. */
    Vp vp() {
        return debugger.machine().vp(vp);
    }

    /** Speaks of another VP from now on. */
    void select(int index) {
        int count = debugger.machine().partition().vpCount();
        if (index < 0 || index >= count) {
            throw new CommandException("no VP " + index + ", the machine has " + count);
        }
        vp = index;
    }

    /** Speaks of the VP whose turn is next, if one can take a turn. */
    void selectNext() {
        debugger.history().next().ifPresent(next -> vp = next.index());
    }

    boolean isOver() {
        return over;
    }

    /** No more commands are to come. */
    void end() {
        over = true;
    }

    /** Prints a line. */
    void print(String line) {
        answer.add(line);
        out.accept(line);
    }

    /** The lines of the last command. */
    List<String> answer() {
        return List.copyOf(answer);
    }

    /** Another command begins. */
    void forgetAnswer() {
        answer.clear();
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation is in a library of its own.
    void printf(String format, Object... values) {
        print(String.format(format, values));
    }
}
