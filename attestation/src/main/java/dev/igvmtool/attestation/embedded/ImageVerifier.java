package dev.igvmtool.attestation.embedded;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.check.Finding;
import dev.igvmtool.format.check.Validator;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.LaunchRules;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges everything that an image says of itself, platform by platform. A function of image and policy. */
public record ImageVerifier(ImagePolicy policy) {
    /** One group for each platform that measures, and one for what belongs to none. */
    public Group verify(IgvmFile file) {
        List<Verdict> groups = new ArrayList<>();
        groups.add(headers(file));
        int known = 0;
        for (SupportedPlatform platform : file.supportedPlatforms()) {
            known |= platform.compatibilityMask();
            groups.add(platform(file, platform));
        }
        groups.addAll(strays(file, known));
        return new Group("image", groups);
    }

    /** Digests of a file that hosts may refuse, or load in different ways, say little. */
    private static Check headers(IgvmFile file) {
        List<Finding> findings = Validator.validate(file);
        return Check.of(
                "headers",
                findings.isEmpty(),
                findings.isEmpty() ? "valid" : findings.size() + " findings, the first: " + findings.get(0),
                "valid",
                "IGVM, validation");
    }

    private Group platform(IgvmFile file, SupportedPlatform platform) {
        PlatformType type = platform.platformType();
        List<Verdict> checks = new ArrayList<>();
        if (Profile.HYPERV.measures(type)) {
            EmbeddedParts parts = EmbeddedParts.of(file, platform.compatibilityMask());
            Measured measured = new Measured(file, platform);
            checks.add(measured.check());
            if (type == PlatformType.SEV_SNP) {
                checks.add(GuestPolicyCheck.check(parts.policies()));
                checks.add(new IdBlockChecks(policy, measured).check(parts));
            }
            if (type == PlatformType.VSM_ISOLATION) {
                checks.addAll(VbsMeasurementChecks.checks(parts, measured));
            }
            checks.add(new CorimChecks(policy, type, measured).check(parts));
        } else {
            checks.add(Check.skipped("launch digest", "", "", "nothing is embedded for this platform"));
        }
        return new Group(
                String.format("%s, compatibility mask 0x%x", type.name(), platform.compatibilityMask()), checks);
    }

    /** Headers that vouch for something, on platforms that the file is not for. */
    private static List<Verdict> strays(IgvmFile file, int known) {
        Stream<Header> headers = Stream.concat(file.initializations().stream(), file.directives().stream());
        return headers.filter(header -> header instanceof SnpIdBlock
                        || header instanceof VbsMeasurement
                        || header instanceof CorimDocument
                        || header instanceof CorimSignature)
                .filter(header -> (header.compatibilityMask() & known) != header.compatibilityMask()
                        || header.compatibilityMask() == 0)
                .map(header -> (Verdict) Check.fail(
                        header.getClass().getSimpleName() + " of another platform",
                        String.format("compatibility mask 0x%x", header.compatibilityMask()),
                        String.format("bits of the file's platforms, 0x%x", known),
                        "IGVM, compatibility masks"))
                .toList();
    }

    /** Everything about one mask. */
    record EmbeddedParts(
            int mask,
            List<GuestPolicy> policies,
            List<SnpIdBlock> idBlocks,
            List<VbsMeasurement> vbsMeasurements,
            List<Header> corim) {
        static EmbeddedParts of(IgvmFile file, int mask) {
            return new EmbeddedParts(
                    mask,
                    of(file.initializations(), mask, GuestPolicy.class),
                    of(file.directives(), mask, SnpIdBlock.class),
                    of(file.directives(), mask, VbsMeasurement.class),
                    file.initializations().stream()
                            .filter(it -> it instanceof CorimDocument || it instanceof CorimSignature)
                            .filter(it -> it.appliesTo(mask))
                            .map(Header.class::cast)
                            .toList());
        }

        /** Headers that vouch for one platform are for that platform alone. */
        Check maskCheck(Header header) {
            return Check.equal(
                    "compatibility mask",
                    String.format("0x%x", header.compatibilityMask()),
                    String.format("0x%x", mask),
                    "IGVM, compatibility masks");
        }

        private static <T extends Header> List<T> of(List<? extends Header> headers, int mask, Class<T> type) {
            return headers.stream()
                    .filter(it -> type.isInstance(it) && it.appliesTo(mask))
                    .map(type::cast)
                    .toList();
        }
    }

    /** Launch digests of one platform, computed when they are asked for. */
    static final class Measured {
        private final IgvmFile file;
        private final SupportedPlatform platform;
        private final String problem;
        private final Optional<Bytes> digest;

        Measured(IgvmFile file, SupportedPlatform platform) {
            this.file = file;
            this.platform = platform;
            Optional<Bytes> found = Optional.empty();
            String why = "";
            try {
                found = Optional.of(by(Profile.HYPERV.rules()));
            } catch (FormatException e) {
                why = e.getMessage();
            }
            this.digest = found;
            this.problem = why;
        }

        /** As Hyper-V measures; empty if the file cannot be measured. */
        Optional<Bytes> digest() {
            return digest;
        }

        /** @throws FormatException if the file cannot be measured so */
        Bytes by(LaunchRules rules) {
            return LaunchDigest.of(file, new LaunchDigest.Request(platform, rules, Trace.OFF))
                    .value();
        }

        /** A profile that measures {@code wanted}, for a hint. */
        Optional<Profile> profileOf(Bytes wanted) {
            return Profile.ALL.stream()
                    .filter(it -> it.measures(platform.platformType()))
                    .filter(it -> {
                        try {
                            return by(it.rules()).equals(wanted);
                        } catch (FormatException e) {
                            return false;
                        }
                    })
                    .findFirst();
        }

        Check check() {
            return digest.isPresent()
                    ? Check.skipped("launch digest", digest.get().toHex(), "", "as Hyper-V measures")
                    : Check.fail("launch digest", problem, "a file that can be measured", "");
        }
    }
}
