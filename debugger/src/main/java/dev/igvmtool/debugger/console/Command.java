package dev.igvmtool.debugger.console;

import java.util.List;

/**
 * One command.
 *
 * @param names the first one is shown, the others are short for it
 * @param parameters what follows the name, for people
 * @param summary what it does, one line
 * @param details more of it, lines of help; may be empty
 * @param examples whole lines
 * @param arguments what can follow, for completion
 * @param action what it does
 */
record Command(
        List<String> names,
        String parameters,
        String summary,
        List<String> details,
        List<String> examples,
        List<Argument> arguments,
        Action action) {
    /** Does a command. */
    @FunctionalInterface
    interface Action {
        void run(Session session, Words words);
    }

    /** Kinds of words that can be completed. */
    enum Argument {
        COMMAND,
        CONDITION,
        PLACE,
        STRUCTURE,
        REGISTER,
        STAGE,
        NONE
    }

    Command {
        names = List.copyOf(names);
        details = List.copyOf(details);
        examples = List.copyOf(examples);
        arguments = List.copyOf(arguments);
    }

    /** A command by name; the rest is added. */
    static Builder named(String... names) {
        return new Builder(List.of(names));
    }

    String name() {
        return names.get(0);
    }

    String usage() {
        return parameters.isEmpty() ? name() : name() + " " + parameters;
    }

    /** Collects the parts of a command. */
    static final class Builder {
        private final List<String> names;
        private String parameters = "";
        private String summary = "";
        private List<String> details = List.of();
        private List<String> examples = List.of();
        private List<Argument> arguments = List.of();

        private Builder(List<String> names) {
            this.names = names;
        }

        Builder takes(String text, Argument... kinds) {
            parameters = text;
            arguments = List.of(kinds);
            return this;
        }

        Builder does(String text) {
            summary = text;
            return this;
        }

        Builder details(String... lines) {
            details = List.of(lines);
            return this;
        }

        Builder examples(String... lines) {
            examples = List.of(lines);
            return this;
        }

        Command as(Action action) {
            return new Command(names, parameters, summary, details, examples, arguments, action);
        }
    }
}
