package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.explain.Explanation.Account;
import dev.igvmtool.attestation.explain.Explanation.Match;
import dev.igvmtool.attestation.explain.Explanation.Partial;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.LaunchRules.Choice;
import dev.igvmtool.measurement.PageHashes;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Searches the ways in which an IGVM file may have been measured for the one that leads to a digest: profiles first, then
 * single rules in any combination, the masks of other platforms in the file, and what a host decides about processors. For
 * one search.
 */
public final class ImageExplainer {
    private static final List<Long> USUAL_FEATURES = List.of(0L, 1L, 0x21L);

    private final IgvmFile file;
    private final Observed observed;
    private final Set<Long> features = new LinkedHashSet<>(USUAL_FEATURES);
    private final int maxProcessors;
    private final Map<Object, Optional<Bytes>> digests = new HashMap<>();
    private final PageHashes hashes = PageHashes.remembering();
    private int triedCounts;

    /**
     * A search.
     *
     * @param features values of SEV_FEATURES to try besides the usual ones
     * @param maxProcessors number of processors up to which to try
     */
    public ImageExplainer(IgvmFile file, Observed observed, Collection<Long> features, int maxProcessors) {
        this.file = file;
        this.observed = observed;
        this.features.addAll(features);
        this.maxProcessors = maxProcessors;
    }

    /**
     * Searches.
     *
     * @throws FormatException if the image is for no platform that the digest can be of
     */
    public Explanation explain() {
        List<SupportedPlatform> platforms = platforms();
        List<Account> accounts = accounts(platforms);
        Optional<Match> match = Optional.empty();
        for (SupportedPlatform platform : platforms) {
            if (match.isEmpty()) {
                match = search(usual(platform)).map(way -> match(usual(platform), way));
            }
        }
        Optional<Partial> partial = match.isPresent() ? Optional.empty() : partial(platforms);
        return new Explanation(observed, accounts, match, partial, digests.size() + triedCounts);
    }

    private List<SupportedPlatform> platforms() {
        List<SupportedPlatform> platforms = file.supportedPlatforms().stream()
                .filter(it -> observed.platforms().contains(it.platformType()))
                .filter(it -> Profile.usual(it.platformType()).isPresent())
                .toList();
        if (platforms.isEmpty()) {
            throw new FormatException("the image is for "
                    + file.supportedPlatforms().stream()
                            .map(SupportedPlatform::platformType)
                            .toList()
                    + ", the digest can be of " + observed.platforms());
        }
        return platforms;
    }

    private Way usual(SupportedPlatform platform) {
        Profile profile = Profile.usual(platform.platformType()).orElseThrow();
        return new Way(platform, profile.rules(), Variation.none(file), hashes);
    }

    private Optional<Bytes> digest(Way way) {
        return digests.computeIfAbsent(way.key(), unused -> way.digest());
    }

    private boolean leadsThere(Way way) {
        return digest(way).filter(observed.digest()::equals).isPresent();
    }

    private static List<Profile> profiles(SupportedPlatform platform) {
        return Profile.ALL.stream()
                .filter(profile -> profile.measures(platform.platformType()))
                .toList();
    }

    private List<Account> accounts(List<SupportedPlatform> platforms) {
        List<Account> accounts = new ArrayList<>();
        for (SupportedPlatform platform : platforms) {
            Way usual = usual(platform);
            List<Step> usualSteps = usual.steps();
            for (Profile profile : profiles(platform)) {
                Way way = usual.with(profile.rules());
                digest(way)
                        .ifPresent(digest -> accounts.add(new Account(
                                profile.title(), platform, digest, Divergence.between(usualSteps, way.steps()))));
            }
        }
        return accounts;
    }

    private Optional<Way> search(Way usual) {
        List<Way> ways = new ArrayList<>();
        profiles(usual.platform()).forEach(profile -> ways.add(usual.with(profile.rules())));
        return first(ways)
                .or(() -> first(
                        Rules.combinations(usual).stream().map(usual::with).toList()))
                .or(() -> first(otherMasks(usual)))
                .or(() -> first(variations(usual)))
                .or(() -> moreProcessors(usual));
    }

    private Optional<Way> first(List<Way> ways) {
        return ways.stream().filter(this::leadsThere).findFirst();
    }

    /** What is meant for another platform of the file, measured as if it were for this one. */
    private List<Way> otherMasks(Way usual) {
        List<Way> ways = new ArrayList<>();
        for (SupportedPlatform other : file.supportedPlatforms()) {
            if (other.compatibilityMask() != usual.platform().compatibilityMask()) {
                SupportedPlatform mixed = new SupportedPlatform(
                        other.compatibilityMask(),
                        other.highestVtl(),
                        usual.platform().platformType(),
                        other.platformVersion(),
                        other.sharedGpaBoundary());
                profiles(usual.platform())
                        .forEach(profile -> ways.add(usual.with(mixed).with(profile.rules())));
            }
        }
        return ways;
    }

    /** One change, then two of different kinds, by each profile. */
    private List<Way> variations(Way usual) {
        List<Variation> single = Variation.of(file, usual.platform().compatibilityMask(), features);
        List<Variation> all = new ArrayList<>(single);
        for (Variation first : single) {
            for (Variation second : Variation.of(first.file(), usual.platform().compatibilityMask(), features)) {
                first.and(second).ifPresent(all::add);
            }
        }
        List<Way> ways = new ArrayList<>();
        for (Variation variation : all) {
            profiles(usual.platform())
                    .forEach(profile -> ways.add(usual.with(variation).with(profile.rules())));
        }
        return ways;
    }

    /** More processors, also with other features. */
    private Optional<Way> moreProcessors(Way usual) {
        List<Variation> bases = new ArrayList<>(List.of(usual.variation()));
        Variation.of(file, usual.platform().compatibilityMask(), features).stream()
                .filter(it -> it.differences().get(0).what().equals(Variation.FEATURES))
                .forEach(bases::add);
        for (Variation base : bases) {
            for (Profile profile : profiles(usual.platform())) {
                for (AddedProcessors added : AddedProcessors.of(usual.with(base).with(profile.rules()))) {
                    triedCounts += added.most(maxProcessors);
                    Optional<Way> way = added.leadingTo(observed.digest(), maxProcessors);
                    if (way.isPresent()) {
                        return way;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Match match(Way usual, Way found) {
        Optional<String> who = profiles(found.platform()).stream()
                .filter(profile -> profile.rules().equals(found.rules()))
                .map(Profile::title)
                .findFirst();
        Way minimal = Rules.minimized(found, usual.rules());
        List<Difference> differences = new ArrayList<>();
        Map<String, Choice> choices = minimal.rules().choices();
        usual.rules().choices().forEach((name, choice) -> {
            Choice other = choices.getOrDefault(name, choice);
            if (!choice.equals(other)) {
                differences.add(new Difference(name, choice.text(), other.text()));
            }
        });
        if (found.platform().compatibilityMask() != usual.platform().compatibilityMask()) {
            differences.add(new Difference(
                    "compatibility mask",
                    String.format("0x%x", usual.platform().compatibilityMask()),
                    String.format("0x%x", found.platform().compatibilityMask())));
        }
        differences.addAll(found.variation().differences());
        return new Match(who, usual.platform(), differences, Divergence.between(usual.steps(), found.steps()));
    }

    private Optional<Partial> partial(List<SupportedPlatform> platforms) {
        for (SupportedPlatform platform : platforms) {
            for (Profile profile : profiles(platform)) {
                List<Step> steps = usual(platform).with(profile.rules()).steps();
                for (int i = 0; i + 1 < steps.size(); i++) {
                    if (steps.get(i).digest().equals(observed.digest())) {
                        return Optional.of(
                                new Partial(profile.title(), platform, i + 1, steps.size(), steps.get(i + 1)));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
