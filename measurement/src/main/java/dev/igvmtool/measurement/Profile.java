package dev.igvmtool.measurement;

import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.LaunchRules.Contexts;
import dev.igvmtool.measurement.LaunchRules.Directives;
import dev.igvmtool.measurement.LaunchRules.EmptyPages;
import dev.igvmtool.measurement.LaunchRules.LargePages;
import dev.igvmtool.measurement.LaunchRules.PageOrder;
import dev.igvmtool.measurement.LaunchRules.ParameterPages;
import dev.igvmtool.measurement.LaunchRules.Policy;
import dev.igvmtool.measurement.LaunchRules.SevContent;
import dev.igvmtool.measurement.LaunchRules.SharedPages;
import dev.igvmtool.measurement.LaunchRules.VmsaAddress;
import dev.igvmtool.measurement.LaunchRules.VmsaOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who measures or launches an IGVM file, and by which rules.
 *
 * @param title its name for users
 * @param description whose rules these are
 * @param platforms those that it measures or launches for
 * @param rules how
 */
public record Profile(String title, String description, Set<PlatformType> platforms, LaunchRules rules) {
    /** Hyper-V, and igvmfilegen, which measures with the igvm crate: {@code igvm/src/measurement.rs}. */
    public static final Profile HYPERV = new Profile(
            "hyperv",
            "Hyper-V; igvmfilegen and the igvm crate",
            Set.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION),
            new LaunchRules(
                    Directives.WITH_ALL_BITS,
                    Contexts.OF_THE_PLATFORM,
                    SharedPages.SKIPPED,
                    ParameterPages.ALL,
                    EmptyPages.NORMAL,
                    LargePages.ONE_PAGE,
                    PageOrder.AS_IN_FILE,
                    VmsaOrder.AS_IN_FILE,
                    VmsaAddress.AS_IN_FILE,
                    SevContent.STORED_DATA,
                    Policy.REQUIRED));

    /** COCONUT-SVSM's tool: {@code tools/igvmmeasure}. */
    public static final Profile IGVMMEASURE = new Profile(
            "igvmmeasure",
            "igvmmeasure of COCONUT-SVSM",
            Set.of(PlatformType.SEV_SNP, PlatformType.SEV, PlatformType.SEV_ES),
            new LaunchRules(
                    Directives.WITH_ANY_BIT,
                    Contexts.EVERY_VMSA,
                    SharedPages.MEASURED,
                    ParameterPages.FIRST_ONLY,
                    EmptyPages.NORMAL,
                    LargePages.SPLIT_IF_EMPTY,
                    PageOrder.AS_IN_FILE,
                    VmsaOrder.AS_IN_FILE,
                    VmsaAddress.AS_IN_FILE,
                    SevContent.STORED_DATA,
                    Policy.NOT_LOOKED_AT));

    /** The same tool with {@code --native-zero}. */
    public static final Profile IGVMMEASURE_NATIVE_ZERO = new Profile(
            "igvmmeasure-native-zero",
            "igvmmeasure --native-zero",
            IGVMMEASURE.platforms,
            IGVMMEASURE.rules.with(EmptyPages.ZERO));

    /** QEMU with KVM: {@code backends/igvm.c}, {@code target/i386/sev.c}. */
    public static final Profile QEMU = new Profile(
            "qemu",
            "QEMU with KVM, as it loads IGVM files",
            IGVMMEASURE.platforms,
            new LaunchRules(
                    Directives.WITH_ANY_BIT,
                    Contexts.OF_THE_PLATFORM,
                    SharedPages.MEASURED,
                    ParameterPages.ALL_OF_KNOWN_AREAS,
                    EmptyPages.NORMAL,
                    LargePages.SPLIT,
                    PageOrder.RUNS_HELD_BACK,
                    VmsaOrder.LAST,
                    VmsaAddress.OF_KVM,
                    SevContent.MEASURED_PAGES,
                    Policy.NOT_LOOKED_AT));

    /** Every profile. */
    public static final List<Profile> ALL = List.of(HYPERV, IGVMMEASURE, IGVMMEASURE_NATIVE_ZERO, QEMU);

    public Profile {
        platforms = Set.copyOf(platforms);
    }

    /** Whether it launches or measures for that platform at all. */
    public boolean measures(PlatformType platform) {
        return platforms.contains(platform);
    }

    /** The profile of that title. */
    public static Optional<Profile> of(String title) {
        return ALL.stream().filter(it -> it.title.equals(title)).findFirst();
    }

    /** Whose digest is meant where nobody is named: the first that measures for the platform. */
    public static Optional<Profile> usual(PlatformType platform) {
        return ALL.stream().filter(it -> it.measures(platform)).findFirst();
    }
}
