package dev.igvmtool.cli.coverage;

import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * What an event must do to the guest. The guest is looked at before the first step of the event and after the last step
 * before the next event, so that nothing but the event itself can have made the difference.
 *
 * @param row what it is an assertion for
 * @param event in the trace
 * @param until the event at which the span ends; the next one of the boot processor if empty
 * @param what is looked at, for messages
 * @param look takes it; may fail where there is nothing to see yet
 * @param holds true for values before and after as they must be
 */
record Expectation(
        String row,
        String event,
        Optional<String> until,
        String what,
        Function<Guest, Object> look,
        BiPredicate<Object, Object> holds) {

    /** Stands for what cannot be looked at. */
    static final Object NOTHING = "nothing to see";

    /** Something becomes a value, which it was not before. */
    static Expectation becomes(String event, String what, Object value, Function<Guest, Object> look) {
        return new Expectation(
                event,
                event,
                Optional.empty(),
                what + " becomes " + show(value),
                look,
                (before, after) -> !before.equals(value) && after.equals(value));
    }

    /** A value that only the guest itself tells, such as an address, stands where it must, and did not before. */
    static Expectation comes(String event, String what, Function<Guest, Boolean> look) {
        return becomes(event, what, true, look::apply);
    }

    /** The shim's log grows by a text. */
    static Expectation logs(String event, String text) {
        return grows(event, "log of the shim", text, Guest::log);
    }

    /** Some text grows. */
    static Expectation grows(String event, String what, String text, Function<Guest, Object> look) {
        return new Expectation(
                event,
                event,
                Optional.empty(),
                what + " gets \"" + text + "\"",
                look,
                (before, after) ->
                        !before.toString().contains(text) && after.toString().contains(text));
    }

    /** What holds before the first step, where the host has done something. */
    static Expectation stands(String event, String what, Function<Guest, Boolean> look) {
        return new Expectation(
                event, event, Optional.empty(), what, look::apply, (before, after) -> after.equals(true));
    }

    /** The same for another row. */
    Expectation of(String otherRow) {
        return new Expectation(otherRow, event, until, what, look, holds);
    }

    /** The same over a longer span. */
    Expectation until(String end) {
        return new Expectation(row, event, Optional.of(end), what, look, holds);
    }

    Object lookAt(Guest guest) {
        try {
            return Objects.requireNonNull(look.apply(guest));
        } catch (RuntimeException e) {
            return NOTHING;
        }
    }

    /** What is wrong, if something is. */
    Optional<String> difference(Object before, Object after) {
        return holds.test(before, after)
                ? Optional.empty()
                : Optional.of(what + ": before " + show(before) + ", after " + show(after));
    }

    private static String show(Object value) {
        return value instanceof Long number ? "0x" + Long.toHexString(number) : String.valueOf(value);
    }
}
