package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Trace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code measure FILE}: options and rows for IGVM files. */
final class MeasureImage {
    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Whose rules: hyperv, igvmmeasure, igvmmeasure-native-zero, qemu (see --profiles); if not"
                    + " given, hyperv for snp, tdx and vbs, igvmmeasure for sev and sev-es. With --ovmf: qemu (the"
                    + " default), ec2, ec2-virtee, gce, krun.")
    String profile = "";

    @Option(
            names = "--mask",
            paramLabel = "MASK",
            description = "Only the platform with this compatibility mask, such as 0x2.")
    String mask = "";

    @Option(
            names = "--coverage",
            description = "Print how many pages are measured, how many only by address, how many the page-hash table"
                    + " of the image covers, and which are covered by nothing.")
    boolean coverage;

    @Option(names = "--check-kvm", description = "Check what KVM asks of a file; status 1 if it cannot launch it so.")
    boolean checkKvm;

    void checkUnused() {
        if (!mask.isEmpty() || coverage || checkKvm) {
            throw new CommandException("--mask, --coverage and --check-kvm are for IGVM files only");
        }
    }

    /** One platform to be measured. */
    private record Job(SupportedPlatform platform, Profile profile, Coverage.Collector pages) {
        LaunchDigest.Request request(Trace trace) {
            return new LaunchDigest.Request(platform, profile.rules(), trace);
        }
    }

    List<MeasuredRow> rows(String file, IgvmFile igvm, List<String> platforms, boolean trace) {
        List<Job> jobs = jobs(file, igvm, platforms);
        List<LaunchDigest> digests;
        try {
            digests = LaunchDigest.ofAll(
                    igvm,
                    jobs.stream()
                            .map(job -> job.request(coverage ? Trace.to(job.pages::add) : Trace.OFF))
                            .toList());
        } catch (FormatException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
        List<MeasuredRow> rows = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            Job job = jobs.get(i);
            String name = PlatformNames.of(job.platform.platformType());
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("platform", name);
            facts.put("compatibilityMask", String.format("0x%x", job.platform.compatibilityMask()));
            facts.put("profile", job.profile.title());
            rows.add(new MeasuredRow(
                    name,
                    facts,
                    "",
                    digests.get(i).value(),
                    trace ? listener -> LaunchDigest.of(igvm, job.request(Trace.to(listener))) : MeasuredRow.NO_STEPS,
                    coverage ? Optional.of(job.pages.of(igvm, job.platform, job.profile.rules())) : Optional.empty()));
        }
        return rows;
    }

    private List<Job> jobs(String file, IgvmFile igvm, List<String> names) {
        List<PlatformType> wanted = names.stream().map(PlatformNames::parse).toList();
        for (PlatformType type : wanted) {
            if (igvm.platform(type).isEmpty()) {
                throw new CommandException(
                        file + ": is not for platform " + PlatformNames.of(type) + ", only for " + present(igvm));
            }
        }
        List<Job> jobs = new ArrayList<>();
        for (SupportedPlatform platform : igvm.supportedPlatforms()) {
            boolean named = wanted.contains(platform.platformType());
            Optional<Profile> rules = profile(platform.platformType());
            if (named && rules.isEmpty()) {
                throw new CommandException(file + ": platform " + PlatformNames.of(platform.platformType()) + " is not"
                        + " measured" + (profile.isEmpty() ? "" : " by profile " + profile));
            }
            if ((named || wanted.isEmpty()) && rules.isPresent() && hasMask(platform)) {
                jobs.add(new Job(platform, rules.get(), new Coverage.Collector()));
            }
        }
        if (jobs.isEmpty()) {
            throw new CommandException(file + ": no platform to measure"
                    + (profile.isEmpty() ? "" : " by profile " + profile)
                    + (mask.isEmpty() ? "" : " with mask " + mask) + ", it is for " + present(igvm));
        }
        return jobs;
    }

    private boolean hasMask(SupportedPlatform platform) {
        return mask.isEmpty() || (int) Hex.number("--mask", mask) == platform.compatibilityMask();
    }

    private Optional<Profile> profile(PlatformType platform) {
        if (profile.isEmpty()) {
            return Profile.usual(platform);
        }
        return Optional.of(ProfileNames.parse(profile)).filter(it -> it.measures(platform));
    }

    private static String present(IgvmFile igvm) {
        return String.join(
                ", ",
                igvm.supportedPlatforms().stream()
                        .map(it -> String.format(
                                "%s (mask 0x%x)", PlatformNames.of(it.platformType()), it.compatibilityMask()))
                        .toList());
    }
}
