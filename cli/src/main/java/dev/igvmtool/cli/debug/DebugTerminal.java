package dev.igvmtool.cli.debug;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.console.DebugConsole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The console at a terminal: lines are edited, remembered and completed; Ctrl-C pauses a run. */
public final class DebugTerminal {
    private static final String PROMPT = "(igvm) ";

    private DebugTerminal() {}

    /**
     * Reads and carries out lines until the user ends.
     *
     * @param flush lets what the console printed appear
     * @param pause asks the run that goes on to stop
     * @param errors takes what is wrong with a line
     * @param historyFile where lines are remembered, if they are
     */
    public static void run(
            DebugConsole console, Runnable flush, Runnable pause, Consumer<String> errors, Optional<Path> historyFile)
            throws IOException {
        try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
            DefaultParser parser = new DefaultParser();
            // A backslash is itself; only spaces end a word.
            parser.setEscapeChars(new char[0]);
            LineReaderBuilder builder = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .appName("igvmtool")
                    .parser(parser)
                    .completer(new Words(console))
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
            historyFile.ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
            LineReader reader = builder.build();
            terminal.handle(Terminal.Signal.INT, signal -> pause.run());
            while (!console.isOver()) {
                String line;
                try {
                    line = reader.readLine(PROMPT);
                } catch (UserInterruptException cleared) {
                    continue;
                } catch (EndOfFileException end) {
                    return;
                }
                try {
                    console.execute(line);
                    flush.run();
                } catch (IgvmToolException e) {
                    errors.accept(String.valueOf(e.getMessage()));
                }
            }
        }
    }

    private record Words(DebugConsole console) implements Completer {
        @Override
        public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
            for (DebugConsole.Candidate word : console.complete(line.line().substring(0, line.cursor()))) {
                boolean whole = !word.text().endsWith("@");
                candidates.add(new Candidate(
                        word.text(),
                        word.text(),
                        null,
                        word.description().isEmpty() ? null : word.description(),
                        null,
                        null,
                        whole));
            }
        }
    }
}
