package dev.igvmtool.debugger.console;

import dev.igvmtool.debugger.console.Command.Argument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All commands, in the order of the help text. */
final class Commands {
    private static final int USAGE_WIDTH = 36;

    private final Map<String, Command> byName = new LinkedHashMap<>();
    private final List<Command> all = new ArrayList<>();

    Commands() {
        all.addAll(MotionCommands.all());
        all.addAll(BreakpointCommands.all());
        all.addAll(MemoryCommands.all());
        all.addAll(MachineCommands.all());
        all.addAll(EventCommands.all());
        all.add(Command.named("help", "h", "?")
                .takes("[COMMAND | conditions]", Argument.COMMAND)
                .does("say what commands there are, or what one does")
                .examples("help", "help watch", "help conditions")
                .as(this::help));
        all.add(Command.named("expect")
                .takes("TEXT")
                .does("fail unless a line of the last command's answer has this text; for scripts")
                .examples("expect boot-shim/write-boot-params")
                .as((session, words) -> {
                    String text = words.rest();
                    if (session.answer().stream().noneMatch(line -> line.contains(text))) {
                        throw new ExpectationException("'" + text + "' was expected and did not come");
                    }
                }));
        all.add(Command.named("quit", "q", "exit").does("end").as((session, words) -> {
            words.end();
            session.end();
        }));
        for (Command command : all) {
            for (String name : command.names()) {
                if (byName.put(name, command) != null) {
                    throw new IllegalArgumentException("two commands " + name);
                }
            }
        }
    }

    List<Command> all() {
        return List.copyOf(all);
    }

    /** The command of a name, or the only one whose first name starts with it. */
    Command find(String name) {
        Command exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        List<Command> starting =
                all.stream().filter(it -> it.name().startsWith(name)).toList();
        if (starting.size() > 1) {
            throw new CommandException("'" + name + "' is short for "
                    + String.join(", ", starting.stream().map(Command::name).toList()));
        }
        return starting.stream()
                .findFirst()
                .orElseThrow(() -> new CommandException("no command '" + name + "'; see: help"));
    }

    private void help(Session session, Words words) {
        Optional<String> name = words.peek();
        if (name.isEmpty()) {
            for (Command command : all) {
                session.printf("  %-" + USAGE_WIDTH + "s %s", command.usage(), command.summary());
            }
            session.print(
                    "A command can be shortened. 'help COMMAND' says more; 'help conditions' what runs can stop at.");
            return;
        }
        words.take("a command");
        words.end();
        if (name.get().equals("conditions")) {
            Conditions.HELP.forEach(session::print);
            return;
        }
        Command command = find(name.get());
        session.print(session.style().strong(command.usage()));
        session.print("  " + command.summary());
        command.details().forEach(line -> session.print("  " + line));
        if (command.names().size() > 1) {
            session.print("Short: "
                    + String.join(
                            ", ", command.names().subList(1, command.names().size())));
        }
        if (!command.examples().isEmpty()) {
            session.print("Examples:");
            command.examples().forEach(line -> session.print("  " + line));
        }
    }
}
