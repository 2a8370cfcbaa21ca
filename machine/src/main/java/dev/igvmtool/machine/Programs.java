package dev.igvmtool.machine;

import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The programs that may run on a machine, by the number in their slots. */
public final class Programs {
    /** No programs. */
    public static final Programs NONE = new Programs(List.of());

    private final Map<Integer, Entry> byNumber = new TreeMap<>();

    /** A program with its steps looked up by index and name. */
    public static final class Entry {
        private final Program program;
        private final List<Step> steps;
        private final Map<String, Integer> indexes = new HashMap<>();

        private Entry(Program program) {
            this.program = program;
            this.steps = List.copyOf(program.steps());
            for (int i = 0; i < steps.size(); i++) {
                if (indexes.put(steps.get(i).name(), i) != null) {
                    throw new IllegalArgumentException("program " + program.name() + " has two steps "
                            + steps.get(i).name());
                }
            }
        }

        public Program program() {
            return program;
        }

        /** Steps in slot order. */
        public List<Step> steps() {
            return steps;
        }

        /** Index of a step; asking for one that does not exist is a bug of the program. */
        public int indexOf(String stepName) {
            Integer index = indexes.get(stepName);
            if (index == null) {
                throw new IllegalArgumentException("program " + program.name() + " has no step " + stepName);
            }
            return index;
        }
    }

    /** @param programs with different numbers */
    public Programs(Collection<? extends Program> programs) {
        for (Program program : programs) {
            Entry former = byNumber.put(program.number(), new Entry(program));
            if (former != null) {
                throw new IllegalArgumentException("programs " + former.program.name() + " and " + program.name()
                        + " have the same number " + program.number());
            }
        }
    }

    /** All programs, by ascending number. */
    public List<Entry> all() {
        return List.copyOf(byNumber.values());
    }

    /** The program with a number. */
    public Optional<Entry> find(int number) {
        return Optional.ofNullable(byNumber.get(number));
    }
}
