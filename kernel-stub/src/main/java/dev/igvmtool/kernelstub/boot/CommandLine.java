package dev.igvmtool.kernelstub.boot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel command line: words separated by white space, double quotes protecting white space; what follows a lone
 * {@code --} is for the first process. Follows Linux {@code kernel/params.c} and {@code init/main.c}.
 *
 * @param options words before {@code --}, in order
 * @param initArguments words after {@code --}
 */
public record CommandLine(List<Option> options, List<String> initArguments) {
    /** Variables that the first process may receive, the two that are always there included. */
    public static final int MAX_ENVIRONMENT = 32;

    /**
     * Options with a value that a kernel of this configuration takes itself. Others with {@code =} and without a dot
     * become variables of the first process.
     */
    private static final Set<String> KNOWN = Set.of(
            "acpi",
            "boot_cpus",
            "clearcpuid",
            "console",
            "console_msg_format",
            "coredump_filter",
            "crashkernel",
            "earlycon",
            "earlyprintk",
            "hugepages",
            "idle",
            "init",
            "initcall_blacklist",
            "iommu",
            "isolcpus",
            "log_buf_len",
            "loglevel",
            "lpj",
            "maxcpus",
            "mem",
            "mitigations",
            "nohz",
            "nr_cpus",
            "oops",
            "panic",
            "panic_on_warn",
            "panic_print",
            "pci",
            "possible_cpus",
            "rcu_nocbs",
            "rdinit",
            "reboot",
            "root",
            "rootflags",
            "rootfstype",
            "selinux",
            "swiotlb",
            "tsc",
            "unknown_nmi_panic");

    public CommandLine {
        options = List.copyOf(options);
        initArguments = List.copyOf(initArguments);
    }

    /** One word: {@code name} or {@code name=value}. */
    public record Option(String name, Optional<String> value) {
        private static Option of(String word) {
            int equals = word.indexOf('=');
            return equals < 0
                    ? new Option(word, Optional.empty())
                    : new Option(word.substring(0, equals), Optional.of(unquoted(word.substring(equals + 1))));
        }
    }

    /** Splits {@code text}. */
    public static CommandLine parse(String text) {
        List<Option> options = new ArrayList<>();
        List<String> words = words(text);
        int end = words.indexOf("--");
        for (String word : end < 0 ? words : words.subList(0, end)) {
            options.add(Option.of(unquoted(word)));
        }
        return new CommandLine(options, end < 0 ? List.of() : words.subList(end + 1, words.size()));
    }

    /** Value of the last option {@code name=value}. */
    public Optional<String> last(String name) {
        Optional<String> found = Optional.empty();
        for (Option option : options) {
            if (option.name.equals(name) && option.value.isPresent()) {
                found = option.value;
            }
        }
        return found;
    }

    /** Path of the first process. */
    public String firstProcess() {
        return last("rdinit").orElse("/init");
    }

    /** The last console without its options, {@code ttyS2}; the kernel's messages go there. */
    public Optional<String> console() {
        return last("console").map(value -> value.split(",", 2)[0]);
    }

    /** Highest level of messages that reach the console, exclusive. */
    public int logLevel() {
        return last("loglevel")
                .filter(value -> value.matches("[0-9]{1,2}"))
                .map(Integer::parseInt)
                .orElse(7);
    }

    /**
     * Variables of the first process: {@code HOME} and {@code TERM}, then the options that the kernel does not know, each
     * replacing an earlier one of the same name.
     *
     * @return {@code NAME=value} each; may be longer than {@link #MAX_ENVIRONMENT}, which the kernel refuses
     */
    public List<String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("HOME", "/");
        variables.put("TERM", "linux");
        for (Option option : options) {
            if (option.value.isPresent() && !option.name.contains(".") && !KNOWN.contains(option.name)) {
                variables.put(option.name, option.value.orElseThrow());
            }
        }
        List<String> environment = new ArrayList<>();
        variables.forEach((name, value) -> environment.add(name + "=" + value));
        return List.copyOf(environment);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            boolean end = i == text.length() || !quoted && Character.isWhitespace(c);
            if (!end) {
                quoted ^= c == '"';
                word.append(c);
            } else if (word.length() > 0) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        return words;
    }

    /** Linux removes a pair of quotes around the whole word or the whole value, no others. */
    private static String unquoted(String text) {
        if (!text.startsWith("\"")) {
            return text;
        }
        int end = text.endsWith("\"") && text.length() > 1 ? text.length() - 1 : text.length();
        return text.substring(1, end);
    }
}
