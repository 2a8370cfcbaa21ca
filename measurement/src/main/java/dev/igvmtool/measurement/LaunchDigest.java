package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.sev.SevDigest;
import dev.igvmtool.measurement.snp.SnpDigest;
import dev.igvmtool.measurement.tdx.TdxDigest;
import dev.igvmtool.measurement.vbs.VbsDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The digest that a platform will measure of a file.
 *
 * @param platform SEV_SNP (48 bytes), TDX (MRTD, 48 bytes), VSM_ISOLATION, SEV or SEV_ES (32 bytes)
 * @param value the digest
 */
public record LaunchDigest(PlatformType platform, Bytes value) {
    /**
     * What is to be measured.
     *
     * @param platform header of the file, by whose mask directives are selected
     * @param rules how
     * @param trace who hears of each step
     * @param hashes who hashes pages, on SNP
     */
    public record Request(SupportedPlatform platform, LaunchRules rules, Trace trace, PageHashes hashes) {
        /** For a file that is measured once. */
        public Request(SupportedPlatform platform, LaunchRules rules, Trace trace) {
            this(platform, rules, trace, new PageHashes());
        }
    }

    /**
     * Measures a file as the igvm crate does.
     *
     * @throws FormatException if the file is not for the platform, or holds what it cannot measure
     */
    public static LaunchDigest of(IgvmFile file, PlatformType platform) {
        return of(file, List.of(platform)).get(0);
    }

    /**
     * Measures a file for several platforms at the same time, as the igvm crate does.
     *
     * @return digests in the order of {@code platforms}
     * @throws FormatException if the file is not for one of them, or holds what it cannot measure; that of the first one
     */
    public static List<LaunchDigest> of(IgvmFile file, List<PlatformType> platforms) {
        return ofAll(
                file,
                platforms.stream()
                        .map(platform ->
                                new Request(requirePlatform(file, platform), Profile.HYPERV.rules(), Trace.OFF))
                        .toList());
    }

    /**
     * Measures a file in several ways at the same time.
     *
     * @return digests in the order of {@code requests}
     * @throws FormatException if it holds what cannot be measured; that of the first request
     */
    public static List<LaunchDigest> ofAll(IgvmFile file, List<Request> requests) {
        LaunchDigest[] digests = new LaunchDigest[requests.size()];
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < digests.length; i++) {
            int index = i;
            tasks.add(() -> digests[index] = of(file, requests.get(index)));
        }
        HashTasks.run(tasks);
        return List.of(digests);
    }

    /**
     * Measures a file for one platform.
     *
     * @throws FormatException if it holds what cannot be measured
     */
    public static LaunchDigest of(IgvmFile file, Request request) {
        SupportedPlatform platform = request.platform();
        LaunchRules rules = request.rules();
        if (platform.platformType() == PlatformType.SEV_SNP && rules.policy() == LaunchRules.Policy.REQUIRED) {
            requirePolicy(file, platform.compatibilityMask());
        }
        DirectiveWalk walk = new DirectiveWalk(file, platform, rules, digest(request));
        for (Directive directive : file.directives()) {
            directive.accept(walk);
        }
        return new LaunchDigest(platform.platformType(), walk.finish());
    }

    private static PlatformDigest digest(Request request) {
        return switch (request.platform().platformType()) {
            case SEV_SNP -> new SnpDigest(request.rules().empty(), request.trace(), request.hashes());
            case TDX -> new TdxDigest(request.trace());
            case VSM_ISOLATION -> new VbsDigest(request.trace());
            case SEV, SEV_ES -> new SevDigest(request.rules().sevContent(), request.trace());
            case NATIVE, CCA ->
                throw new FormatException("platform " + request.platform().platformType() + " has no launch digest");
        };
    }

    private static SupportedPlatform requirePlatform(IgvmFile file, PlatformType platform) {
        return file.platform(platform)
                .orElseThrow(() -> new FormatException("the file is not for platform " + platform + ", only for "
                        + file.supportedPlatforms().stream()
                                .map(SupportedPlatform::platformType)
                                .toList()));
    }

    private static void requirePolicy(IgvmFile file, int mask) {
        boolean present = file.initializations().stream()
                .anyMatch(header -> header instanceof GuestPolicy && (header.compatibilityMask() & mask) == mask);
        if (!present) {
            throw new FormatException(
                    String.format("no guest policy for platform SEV_SNP, compatibility mask 0x%x", mask));
        }
    }
}
