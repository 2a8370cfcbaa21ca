package dev.igvmtool.kernelstub.boot;

import dev.igvmtool.abi.binary.FormatException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The {@code boot_cpus=} option of the paravisor's kernel: which processors it starts; the others belong to the sidecar. */
public final class BootCpus {
    private BootCpus() {}

    /**
     * Indexes of the processors to start, 0 always among them.
     *
     * @param option value of the option: numbers or ranges {@code a-b} with commas; absent: all
     * @param count number of processors in the device tree
     * @throws FormatException if a number is malformed or not below {@code count}
     */
    public static SortedSet<Integer> of(Optional<String> option, int count) {
        SortedSet<Integer> cpus = new TreeSet<>();
        cpus.add(0);
        if (option.isEmpty()) {
            for (int i = 0; i < count; i++) {
                cpus.add(i);
            }
            return cpus;
        }
        for (String part : option.get().split(",", -1)) {
            String[] ends = part.split("-", -1);
            int first = number(ends[0], part, count);
            int last = ends.length == 1 ? first : number(ends[1], part, count);
            if (ends.length > 2 || last < first) {
                throw bad(part, count);
            }
            for (int i = first; i <= last; i++) {
                cpus.add(i);
            }
        }
        return cpus;
    }

    private static int number(String digits, String part, int count) {
        if (!digits.matches("[0-9]{1,6}") || Integer.parseInt(digits) >= count) {
            throw bad(part, count);
        }
        return Integer.parseInt(digits);
    }

    private static FormatException bad(String part, int count) {
        return new FormatException(
                "boot_cpus= has '" + part + "', expected processor numbers below " + count + " and ranges of them");
    }
}
