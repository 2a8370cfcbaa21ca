package dev.igvmtool.paravisor.config;

import dev.igvmtool.abi.binary.FormatException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The settings given: environment first, arguments over it.
 *
 * @param values text of each setting that was given
 */
public record ParavisorOptions(Map<ParavisorOption, String> values) {
    public ParavisorOptions {
        values = values.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(values));
    }

    /**
     * Reads arguments and environment.
     *
     * @param arguments with the program's name first
     * @param environment {@code NAME=VALUE}
     * @throws FormatException for an unknown argument, a missing value, a malformed number
     */
    public static ParavisorOptions parse(List<String> arguments, List<String> environment) {
        Map<ParavisorOption, String> values = new EnumMap<>(ParavisorOption.class);
        for (String entry : environment) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                find(entry.substring(0, equals))
                        .ifPresent(option -> values.put(option, checked(option, entry.substring(equals + 1))));
            }
        }
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            ParavisorOption option = ofArgument(argument);
            if (option.kind() == ParavisorOption.Kind.FLAG) {
                values.put(option, "1");
            } else if (i + 1 < arguments.size()) {
                i++;
                values.put(option, checked(option, arguments.get(i)));
            } else {
                throw new FormatException("argument " + argument + " has no value");
            }
        }
        return new ParavisorOptions(values);
    }

    /** True if the setting is {@code 1} or {@code true} in any case. */
    public boolean flag(ParavisorOption option) {
        String value = values.getOrDefault(option, "");
        return value.equals("1") || value.equalsIgnoreCase("true");
    }

    /** The text of a setting. */
    public Optional<String> text(ParavisorOption option) {
        return Optional.ofNullable(values.get(option));
    }

    /** The number of a setting. */
    public OptionalLong number(ParavisorOption option) {
        return text(option).stream().mapToLong(Long::parseLong).findFirst();
    }

    /** {@code NAME=VALUE} of each setting, in the order of {@link ParavisorOption}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((option, value) -> text.append(text.isEmpty() ? "" : " ")
                .append(option.variable())
                .append('=')
                .append(value));
        return text.toString();
    }

    private static Optional<ParavisorOption> find(String name) {
        for (ParavisorOption option : ParavisorOption.values()) {
            if (option.isVariable(name)) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }

    private static ParavisorOption ofArgument(String argument) {
        for (ParavisorOption option : ParavisorOption.values()) {
            if (option.argument().filter(argument::equals).isPresent()) {
                return option;
            }
        }
        throw new FormatException("unknown argument \"" + argument + "\"");
    }

    private static String checked(ParavisorOption option, String value) {
        if (option.kind() == ParavisorOption.Kind.NUMBER && !value.matches("[0-9]{1,18}")) {
            throw new FormatException(option.variable() + " is \"" + value + "\", expected a decimal number");
        }
        return value;
    }
}
