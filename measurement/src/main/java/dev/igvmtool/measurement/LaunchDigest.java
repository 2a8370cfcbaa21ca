package dev.igvmtool.measurement;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.snp.SnpDigest;
import dev.igvmtool.measurement.tdx.TdxDigest;
import dev.igvmtool.measurement.vbs.VbsDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The digest that a platform will measure of a file.
 *
 * @param platform SEV_SNP (48 bytes), TDX (MRTD, 48 bytes) or VSM_ISOLATION (32 bytes)
 * @param value the digest
 */
public record LaunchDigest(PlatformType platform, Bytes value) {
    /** True if the platform measures what it launches. */
    public static boolean isMeasured(PlatformType platform) {
        return switch (platform) {
            case SEV_SNP, TDX, VSM_ISOLATION -> true;
            case NATIVE, SEV, SEV_ES, CCA -> false;
        };
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
     * Measures a file for several platforms at the same time.
     *
     * @return digests in the order of {@code platforms}
     * @throws FormatException if the file is not for one of them, or holds what it cannot measure; that of the first one
     */
    public static List<LaunchDigest> of(IgvmFile file, List<PlatformType> platforms) {
        LaunchDigest[] digests = new LaunchDigest[platforms.size()];
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < digests.length; i++) {
            int index = i;
            tasks.add(() -> digests[index] = measure(file, platforms.get(index)));
        }
        HashTasks.run(tasks);
        return List.of(digests);
    }

    private static LaunchDigest measure(IgvmFile file, PlatformType platform) {
        SupportedPlatform header = file.platform(platform)
                .orElseThrow(() -> new FormatException("the file is not for platform " + platform + ", only for "
                        + file.supportedPlatforms().stream()
                                .map(SupportedPlatform::platformType)
                                .toList()));
        int mask = header.compatibilityMask();
        PlatformDigest digest =
                switch (platform) {
                    case SEV_SNP -> {
                        requirePolicy(file, mask);
                        yield new SnpDigest();
                    }
                    case TDX -> new TdxDigest();
                    case VSM_ISOLATION -> new VbsDigest();
                    case NATIVE, SEV, SEV_ES, CCA ->
                        throw new FormatException("platform " + platform + " has no launch digest");
                };
        DirectiveWalk walk = new DirectiveWalk(digest);
        for (Directive directive : file.directives()) {
            if ((directive.compatibilityMask() & mask) == mask) {
                directive.accept(walk);
            }
        }
        return new LaunchDigest(platform, digest.finish());
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
