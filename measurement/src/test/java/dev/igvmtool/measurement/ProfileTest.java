package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchRules.ParameterPages;
import dev.igvmtool.measurement.LaunchRules.SharedPages;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final int MASK = 1;
    private static final PageDataFlags LARGE = new PageDataFlags(1);

    private static String digest(IgvmFile file, PlatformType platform, LaunchRules rules) {
        SupportedPlatform header = file.platform(platform).orElseThrow();
        return LaunchDigest.of(file, new LaunchDigest.Request(header, rules, Trace.OFF))
                .value()
                .toHex();
    }

    private static IgvmFile file(PlatformType platform, Directive... directives) {
        return new IgvmFile(
                Revision.V1,
                List.of(new SupportedPlatform(MASK, 0, platform, 1, 0)),
                List.of(new GuestPolicy(0x3001f, MASK)),
                List.of(directives));
    }

    private static List<String> steps(IgvmFile file, PlatformType platform, Profile profile) {
        List<Step> steps = new ArrayList<>();
        SupportedPlatform header = file.platform(platform).orElseThrow();
        LaunchDigest.of(file, new LaunchDigest.Request(header, profile.rules(), Trace.into(steps)));
        return steps.stream()
                .map(it -> it.what() + " " + Long.toHexString(it.gpa().orElse(0)))
                .toList();
    }

    private static PageData page(long gpa, PageDataFlags flags, Bytes content) {
        return new PageData(gpa, MASK, flags, PageDataType.NORMAL, content);
    }

    private static VpContext vmsa(long gpa) {
        return new VpContext(gpa, MASK, 0, Bytes.zeros(PageData.PAGE_SIZE));
    }

    @Test
    void bothToolsAreReproducedForTheSameFile() throws IOException {
        Path folder = SharedTestData.require("attestation/igvm");
        IgvmFile a = IgvmReader.read(folder.resolve("mixed-a.igvm"));
        assertEquals(
                "c61d12b7ef07b35c475a4f6782e90b76c48a8b9dd9b02808465713331cdca09d43e78eb3db304b07ee268eaf14e392eb",
                digest(a, PlatformType.SEV_SNP, Profile.HYPERV.rules()));
        assertEquals(
                "bab395f2266e2825d868cb3d7fe6f82f955f3e98b7b41b4bcfa811f507fd89dacaae488b5b21f2375c31be87db3cf6c2",
                digest(a, PlatformType.SEV_SNP, Profile.IGVMMEASURE.rules()));
        assertEquals(
                "7153e47612cb297539e69ac73e34310df8e7c1f37c207cc4223046822fc018247dddd9528e16de0f07fc74ac67396701",
                digest(a, PlatformType.SEV_SNP, Profile.IGVMMEASURE_NATIVE_ZERO.rules()));
        IgvmFile c = IgvmReader.read(folder.resolve("mixed-c.igvm"));
        assertEquals(
                digest(c, PlatformType.SEV_SNP, Profile.HYPERV.rules()),
                digest(c, PlatformType.SEV_SNP, Profile.IGVMMEASURE.rules()));
        assertEquals(
                "1a9eb04e94198ed684d1ecad43c8e697be8afcc5ba35ad218cacef169c5ca1e4dc29d0ad16b37cffd221935528301ecf",
                digest(c, PlatformType.SEV_SNP, Profile.IGVMMEASURE_NATIVE_ZERO.rules()));
    }

    @Test
    void twoRulesMakeTheDifferenceForOneFile() throws IOException {
        IgvmFile file = IgvmReader.read(SharedTestData.require("attestation/igvm/mixed-a.igvm"));
        LaunchRules rules = Profile.HYPERV.rules().with(SharedPages.MEASURED).with(ParameterPages.FIRST_ONLY);
        assertEquals(
                List.of("shared pages", "parameter insert pages"),
                Profile.HYPERV.rules().differences(rules));
        assertEquals(
                digest(file, PlatformType.SEV_SNP, Profile.IGVMMEASURE.rules()),
                digest(file, PlatformType.SEV_SNP, rules));
    }

    @Test
    void corpusFilesHaveTheDigestsOfIgvmmeasure() throws IOException {
        Path corpus = SharedTestData.require("igvm-corpus");
        List<String> lines = Files.readAllLines(corpus.resolve("verdicts.tsv"));
        List<String> columns = List.of(lines.get(0).split("\t", -1));
        Pattern own = Pattern.compile("accept, other digest ([0-9a-f]{96})");
        int compared = 0;
        for (String line : lines.subList(1, lines.size())) {
            String[] row = line.split("\t", -1);
            String verdict = row[columns.indexOf("igvmmeasure")];
            Matcher matcher = own.matcher(verdict);
            String expected = verdict.equals("accept") ? row[columns.indexOf("digest_snp")] : "-";
            if (matcher.matches()) {
                expected = matcher.group(1);
            }
            if (expected.length() != 2 * 48) {
                continue;
            }
            IgvmFile file;
            try {
                file = IgvmReader.read(corpus.resolve(row[0]));
            } catch (FormatException stricter) {
                assertNotEquals("good", row[columns.indexOf("family")], row[0]);
                continue;
            }
            assertEquals(expected, digest(file, PlatformType.SEV_SNP, Profile.IGVMMEASURE.rules()), row[0]);
            compared++;
        }
        assertTrue(compared >= 15, "only " + compared + " digests were compared");
    }

    @Test
    void qemuLaunchesVmsasLastAndHoldsRunsOfPagesBack() {
        IgvmFile file = file(
                PlatformType.SEV_SNP,
                new ParameterArea(0x2000, 0, Bytes.EMPTY),
                vmsa(0x5000),
                page(0x1000, PageDataFlags.NONE, Bytes.utf8("a")),
                page(0x2000, PageDataFlags.NONE, Bytes.utf8("b")),
                new ParameterInsert(0x8000, MASK, 0),
                new ParameterInsert(0x9000, MASK, 7),
                page(0x3000, PageDataFlags.NONE, Bytes.utf8("c")),
                page(0x6000, PageDataFlags.SHARED, Bytes.utf8("d")));
        assertEquals(
                List.of(
                        "UNMEASURED 8000",
                        "UNMEASURED 9000",
                        "NORMAL 1000",
                        "NORMAL 2000",
                        "NORMAL 3000",
                        "NORMAL 6000",
                        "VMSA fffffffff000"),
                steps(file, PlatformType.SEV_SNP, Profile.QEMU));
    }

    @Test
    void qemuPutsPagesOfDifferentKindsIntoDifferentRuns() {
        IgvmFile file = file(
                PlatformType.SEV_SNP,
                new ParameterArea(0x1000, 0, Bytes.EMPTY),
                page(0x1000, PageDataFlags.NONE, Bytes.utf8("a")),
                page(0x2000, PageDataFlags.NONE, Bytes.EMPTY),
                new ParameterInsert(0x8000, MASK, 0));
        assertEquals(
                List.of("NORMAL 1000", "UNMEASURED 8000", "NORMAL 2000"),
                steps(file, PlatformType.SEV_SNP, Profile.QEMU));
    }

    @Test
    void largePagesAreSplitOrNot() {
        IgvmFile empty = file(PlatformType.SEV_SNP, page(0, LARGE, Bytes.EMPTY));
        assertEquals(1, steps(empty, PlatformType.SEV_SNP, Profile.HYPERV).size());
        assertEquals(
                512, steps(empty, PlatformType.SEV_SNP, Profile.IGVMMEASURE).size());
        IgvmFile filled = file(PlatformType.SEV_SNP, page(0, LARGE, Bytes.utf8("a")));
        assertThrows(FormatException.class, () -> steps(filled, PlatformType.SEV_SNP, Profile.IGVMMEASURE));
        assertEquals(512, steps(filled, PlatformType.SEV_SNP, Profile.QEMU).size());
    }

    @Test
    void sevHashesWhatIsStoredWithoutAddresses() {
        Bytes content = Bytes.utf8("content").paddedTo(PageData.PAGE_SIZE);
        IgvmFile file = file(
                PlatformType.SEV_ES,
                new ParameterArea(0x1000, 0, Bytes.EMPTY),
                new ParameterInsert(0x8000, MASK, 0),
                page(0x1000, PageDataFlags.NONE, content),
                page(0x2000, PageDataFlags.UNMEASURED, content),
                page(0x3000, PageDataFlags.NONE, Bytes.EMPTY),
                vmsa(0x5000));
        // sha256sum over the content, twice, and a page of zeros.
        byte[] stored = new byte[3 * PageData.PAGE_SIZE];
        content.copyTo(0, stored, 0, content.size());
        content.copyTo(0, stored, PageData.PAGE_SIZE, content.size());
        assertEquals(
                Bytes.wrap(Sha.sha256().digest(stored)).toHex(),
                digest(file, PlatformType.SEV_ES, Profile.IGVMMEASURE.rules()));
        // QEMU leaves the unmeasured page out and launches the empty one; the VMSA is zeros, too.
        byte[] launched = new byte[3 * PageData.PAGE_SIZE];
        content.copyTo(0, launched, 0, content.size());
        assertEquals(
                Bytes.wrap(Sha.sha256().digest(launched)).toHex(),
                digest(file, PlatformType.SEV_ES, Profile.QEMU.rules()));
    }

    @Test
    void profilesKnowTheirPlatforms() {
        assertEquals(Profile.HYPERV, Profile.usual(PlatformType.TDX).orElseThrow());
        assertEquals(Profile.IGVMMEASURE, Profile.usual(PlatformType.SEV).orElseThrow());
        assertTrue(Profile.usual(PlatformType.CCA).isEmpty());
        assertFalse(Profile.QEMU.measures(PlatformType.TDX));
        for (Profile profile : Profile.ALL) {
            assertEquals(profile, Profile.of(profile.title()).orElseThrow());
        }
    }
}
