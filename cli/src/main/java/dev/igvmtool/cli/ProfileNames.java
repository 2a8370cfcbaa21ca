package dev.igvmtool.cli;

import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.Profile;
import java.util.List;
import java.util.stream.Collectors;

/** Measurement profiles by the names that users write. */
final class ProfileNames {
    private ProfileNames() {}

    /** @throws CommandException that names {@code --profile} */
    static Profile parse(String name) {
        return parse(name, Profile.ALL);
    }

    /** One that measures for SNP. */
    static Profile parseForSnp(String name) {
        return parse(
                name,
                Profile.ALL.stream()
                        .filter(it -> it.measures(PlatformType.SEV_SNP))
                        .toList());
    }

    private static Profile parse(String name, List<Profile> candidates) {
        return candidates.stream()
                .filter(it -> it.title().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandException("--profile: found " + name + ", expected one of "
                        + candidates.stream().map(Profile::title).collect(Collectors.joining(", "))));
    }
}
