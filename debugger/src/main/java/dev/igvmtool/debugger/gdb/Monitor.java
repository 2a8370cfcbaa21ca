package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.console.DebugConsole;
import dev.igvmtool.debugger.console.Saver;
import dev.igvmtool.debugger.console.Style;
import java.util.function.Consumer;

/** What gdb's {@code monitor} does: the commands of the console, and a few for gdb itself. */
final class Monitor {
    /** Characters of one packet of text. */
    private static final int MAX_CHUNK = 4096;

    private final GdbServer.Target target;
    private final SymbolFiles symbols;
    private final Motion motion;
    private final Consumer<String> out;
    private final StringBuilder text = new StringBuilder();
    private final DebugConsole console;

    /** @param out takes text for the user */
    Monitor(GdbServer.Target target, SymbolFiles symbols, Motion motion, Consumer<String> out) {
        this.target = target;
        this.symbols = symbols;
        this.motion = motion;
        this.out = out;
        this.console = new DebugConsole(
                target.debugger(), target.structures(), target.origins(), Saver.NONE, Style.PLAIN, line -> text.append(
                                line)
                        .append('\n'));
    }

    Reply command(String line) {
        text.setLength(0);
        long before = target.debugger().now().turn();
        switch (line.strip()) {
            case "" -> {}
            case "symbols" -> symbols();
            case "alone on" -> motion.setAlone(true);
            case "alone off" -> motion.setAlone(false);
            case "help" -> {
                text.append("symbols      print the lines that load the symbols of what runs\n");
                text.append("alone on|off whether a step of one thread lets the others stand still; off at first\n");
                text.append("and the commands of the console:\n");
                execute(line);
            }
            default -> execute(line);
        }
        if (target.debugger().now().turn() != before) {
            text.append("gdb does not know that the run has moved; tell it: maintenance flush register-cache\n");
        }
        for (int at = 0; at < text.length(); at += MAX_CHUNK) {
            out.accept(text.substring(at, Math.min(text.length(), at + MAX_CHUNK)));
        }
        return Reply.OK;
    }

    private void execute(String line) {
        try {
            console.execute(line);
        } catch (IgvmToolException e) {
            text.append(e.getMessage()).append('\n');
        }
    }

    private void symbols() {
        for (SymbolFile file : symbols.all()) {
            text.append(String.format("add-symbol-file target:/%s 0x%x%n", file.name(), file.start()));
        }
        target.payloads().get().forEach(line -> text.append(line).append('\n'));
    }
}
