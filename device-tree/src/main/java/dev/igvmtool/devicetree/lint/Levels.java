package dev.igvmtool.devicetree.lint;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.lint.Check.Level;
import java.util.HashSet;
import java.util.Set;

/** Which checks warn and which are errors: at first as dtc has them, then as the user says ({@code -W}, {@code -E}). */
public final class Levels {
    private final Set<String> warnings = new HashSet<>();
    private final Set<String> errors = new HashSet<>();

    /** The levels of dtc. */
    public Levels() {
        for (Check check : Checks.all()) {
            if (check.level() == Level.WARNING) {
                warnings.add(check.name());
            } else if (check.level() == Level.ERROR) {
                errors.add(check.name());
            }
        }
    }

    /**
     * Makes a check, and those that it needs, warn; or no longer warn, with those that need it.
     *
     * @param option the name of a check, with {@code no-} or {@code no_} before it to switch it off
     * @throws FormatException if there is no such check
     */
    public Levels warn(String option) {
        change(option, warnings);
        return this;
    }

    /** The same for errors. */
    public Levels error(String option) {
        change(option, errors);
        return this;
    }

    private static void change(String option, Set<String> set) {
        boolean off = option.startsWith("no-") || option.startsWith("no_");
        String name = off ? option.substring("no-".length()) : option;
        Check check = Checks.find(name)
                .orElseThrow(() -> new FormatException("found " + name + ", expected the name of a check"));
        if (off) {
            remove(check, set);
        } else {
            add(check, set);
        }
    }

    private static void add(Check check, Set<String> set) {
        if (set.add(check.name())) {
            check.needs().forEach(name -> add(Checks.find(name).orElseThrow(), set));
        }
    }

    private static void remove(Check check, Set<String> set) {
        if (set.remove(check.name())) {
            for (Check other : Checks.all()) {
                if (other.needs().contains(check.name())) {
                    remove(other, set);
                }
            }
        }
    }

    boolean isWarning(Check check) {
        return warnings.contains(check.name());
    }

    boolean isError(Check check) {
        return errors.contains(check.name());
    }
}
