package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.binary.FormatException;
import java.util.BitSet;

/**
 * The CPUs that Linux runs, from its list of ranges ({@code 0-3,8}).
 *
 * @param list as the kernel shows it, without line feed
 */
public record OnlineCpus(String list) {
    private static final int MAX_CPU = 8192;

    public OnlineCpus {
        cpus(list);
    }

    /** Reads the kernel's text. */
    public static OnlineCpus parse(String text) {
        return new OnlineCpus(text.strip());
    }

    /** True if Linux runs a CPU. */
    public boolean contains(int cpu) {
        return cpus(list).get(cpu);
    }

    /** Number of CPUs that Linux runs. */
    public int count() {
        return cpus(list).cardinality();
    }

    private static BitSet cpus(String list) {
        BitSet cpus = new BitSet();
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = number(list, dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : number(list, range.substring(dash + 1));
            if (last < first || last >= MAX_CPU) {
                throw new FormatException("list of online CPUs holds the range " + range);
            }
            cpus.set(first, last + 1);
        }
        return cpus;
    }

    private static int number(String list, String digits) {
        boolean good = !digits.isEmpty() && digits.length() <= 4;
        for (int i = 0; i < digits.length(); i++) {
            good &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        if (!good) {
            throw new FormatException("list of online CPUs is \"" + list + "\", expected ranges as in 0-3,8");
        }
        return Integer.parseInt(digits);
    }
}
