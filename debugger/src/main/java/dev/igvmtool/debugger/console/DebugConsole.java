package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import java.util.List;
import java.util.function.Consumer;

/** Carries out lines of the command language and completes them. It knows no terminal: lines come in, lines go out. */
public final class DebugConsole {
    private final Commands commands = new Commands();
    private final Session session;
    private final Completer completer;
    private String lastLine = "";

    /**
     * @param origins where loaded bytes come from
     * @param saver writes the run to a file
     * @param out takes lines of output, without their ends
     */
    public DebugConsole(
            Debugger debugger, Structures structures, Origins origins, Saver saver, Style style, Consumer<String> out) {
        session = new Session(debugger, structures, origins, saver, style, out);
        session.selectNext();
        completer = new Completer(commands, session);
    }

    /** Says where the run is. */
    public void greet() {
        new Printer(session).moment();
    }

    /**
     * Carries out a line. An empty one repeats the last if that was a motion; a comment does nothing.
     *
     * @throws IgvmToolException with one line that says what is wrong
     */
    public void execute(String line) {
        String effective = line.isBlank() ? lastLine : line;
        List<String> words = Words.split(effective);
        if (words.isEmpty()) {
            return;
        }
        Command command = commands.find(words.get(0));
        lastLine = "";
        if (!command.name().equals("expect")) {
            session.forgetAnswer();
        }
        try {
            command.action().run(session, new Words(words.subList(1, words.size())));
        } catch (CommandException e) {
            throw new CommandException(command.name() + ": " + e.getMessage());
        }
        if (isRepeatable(command.name())) {
            lastLine = effective;
        }
    }

    private static boolean isRepeatable(String name) {
        return List.of("step", "back", "over", "run", "run-back").contains(name);
    }

    /** Speaks of another VP from now on. */
    public void select(int vp) {
        session.select(vp);
    }

    /**
     * A condition in the words of {@code break}.
     *
     * @throws IgvmToolException if it is none
     */
    public Condition condition(String text) {
        return new Conditions(session).take(new Words(Words.split(text)));
    }

    /** True once the user has asked to end. */
    public boolean isOver() {
        return session.isOver();
    }

    /**
     * What the word at the cursor may become.
     *
     * @param line up to the cursor
     */
    public List<Candidate> complete(String line) {
        try {
            return completer.complete(line);
        } catch (IgvmToolException unfinished) {
            return List.of();
        }
    }

    /**
     * A possible word.
     *
     * @param text in place of the word that was begun
     * @param description one line; may be empty
     */
    public record Candidate(String text, String description) {}
}
