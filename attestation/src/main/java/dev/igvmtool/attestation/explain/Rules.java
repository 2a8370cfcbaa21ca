package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchRules;
import dev.igvmtool.measurement.LaunchRules.Choice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sets of launch rules that can make a difference for an image. */
final class Rules {
    // A few rules with two or three choices each; more combinations than this say nothing any more.
    private static final int MAX_COMBINATIONS = 1024;

    private Rules() {}

    /** Every choice of a rule, as its type has them. */
    private static List<Choice> choicesLike(Choice choice) {
        List<Choice> choices = new ArrayList<>();
        for (Object constant : ((Enum<?>) choice).getDeclaringClass().getEnumConstants()) {
            choices.add((Choice) constant);
        }
        return choices;
    }

    /**
     * Every combination of those rules that can matter for an image; those with the fewest differences to the usual ones
     * first.
     *
     * @param usual the usual way
     */
    static List<LaunchRules> combinations(Way usual) {
        Contents contents = Contents.of(usual);
        List<LaunchRules> combinations = new ArrayList<>(List.of(usual.rules()));
        for (Choice rule : usual.rules().choices().values()) {
            if (contents.depend(rule)) {
                List<LaunchRules> more = new ArrayList<>();
                combinations.forEach(rules -> choicesLike(rule).forEach(choice -> more.add(rules.with(choice))));
                combinations = more;
            }
        }
        return combinations.stream()
                .sorted(Comparator.comparingInt(
                        rules -> usual.rules().differences(rules).size()))
                .limit(MAX_COMBINATIONS)
                .toList();
    }

    /** What an image has that rules speak of. */
    private record Contents(
            boolean snp,
            boolean sev,
            boolean sharedPages,
            boolean emptyPages,
            boolean largePages,
            boolean inserts,
            boolean vmsas,
            boolean foreignContexts) {
        static Contents of(Way way) {
            int mask = way.platform().compatibilityMask();
            PlatformType type = way.platform().platformType();
            boolean snp = type == PlatformType.SEV_SNP;
            boolean sev = type == PlatformType.SEV || type == PlatformType.SEV_ES;
            List<Directive> all = way.variation().file().directives();
            List<PageData> pages = all.stream()
                    .filter(it -> it instanceof PageData && (it.compatibilityMask() & mask) != 0)
                    .map(PageData.class::cast)
                    .toList();
            return new Contents(
                    snp,
                    sev,
                    pages.stream().anyMatch(it -> it.flags().shared()),
                    pages.stream().anyMatch(it -> it.content().isEmpty()),
                    pages.stream().anyMatch(it -> it.flags().is2mbPage()),
                    has(all, ParameterInsert.class, mask),
                    (snp || sev) && has(all, VpContext.class, mask),
                    (snp || sev) && has(all, VpContext.class, ~mask));
        }

        private static boolean has(List<Directive> all, Class<? extends Directive> type, int mask) {
            return all.stream().anyMatch(it -> type.isInstance(it) && (it.compatibilityMask() & mask) != 0);
        }

        boolean depend(Choice rule) {
            return rule instanceof LaunchRules.SharedPages && sharedPages
                    || rule instanceof LaunchRules.ParameterPages && inserts
                    || rule instanceof LaunchRules.PageOrder && inserts
                    || rule instanceof LaunchRules.EmptyPages && emptyPages && snp
                    || rule instanceof LaunchRules.LargePages && largePages
                    || rule instanceof LaunchRules.VmsaOrder && vmsas
                    || rule instanceof LaunchRules.VmsaAddress && vmsas && snp
                    || rule instanceof LaunchRules.Contexts && foreignContexts
                    || rule instanceof LaunchRules.SevContent && sev;
        }
    }

    /**
     * The differences between two sets of rules that matter for the digest: taken back one after the other, as long as
     * it stays.
     */
    static Way minimized(Way found, LaunchRules usual) {
        Optional<Bytes> digest = found.digest();
        Way minimal = found;
        for (Map.Entry<String, Choice> rule : usual.choices().entrySet()) {
            Way simpler = minimal.with(minimal.rules().with(rule.getValue()));
            if (simpler.digest().equals(digest)) {
                minimal = simpler;
            }
        }
        return minimal;
    }
}
