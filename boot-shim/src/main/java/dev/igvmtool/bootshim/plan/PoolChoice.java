package dev.igvmtool.bootshim.plan;

import dev.igvmtool.bootshim.plan.DebugValue.Numeral;
import dev.igvmtool.bootshim.plan.DebugValue.Word;
import dev.igvmtool.bootshim.plan.DebugValue.Wrapped;

/** How large the private pool shall be: the value of the pool options. */
public sealed interface PoolChoice {
    /** The lookup table by which a size is guessed. */
    enum Table {
        RELEASE("Release"),
        DEBUG("Debug");

        private final String text;

        Table(String text) {
            this.text = text;
        }

        /** The table as the log shows it. */
        DebugValue shown() {
            return new Word(text);
        }
    }

    /** The host's hint, or else a table. */
    record FromTable(Table table) implements PoolChoice {
        @Override
        public DebugValue shown() {
            return new Wrapped("Heuristics", table.shown());
        }
    }

    /** A number of pages of 4 KiB, unsigned and not zero. */
    record Pages(long count) implements PoolChoice {
        @Override
        public DebugValue shown() {
            return new Wrapped("Pages", new Numeral(count));
        }
    }

    /** No pool. */
    record Off() implements PoolChoice {
        @Override
        public DebugValue shown() {
            return new Word("Off");
        }
    }

    /** The choice as the log shows it. */
    DebugValue shown();

    /** Reads an option's value; what is neither a word nor a decimal number of 64 bits means no pool. */
    static PoolChoice parse(String value) {
        return switch (value) {
            case "release" -> new FromTable(Table.RELEASE);
            case "debug" -> new FromTable(Table.DEBUG);
            case "off" -> new Off();
            default -> pages(value);
        };
    }

    private static PoolChoice pages(String value) {
        String digits = value.startsWith("+") ? value.substring(1) : value;
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return new Off();
        }
        try {
            long count = Long.parseUnsignedLong(digits);
            return count == 0 ? new Off() : new Pages(count);
        } catch (NumberFormatException e) {
            return new Off(); // a number that 64 bits do not hold counts as none
        }
    }
}
