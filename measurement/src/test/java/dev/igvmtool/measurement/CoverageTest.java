package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.Coverage.Kind;
import dev.igvmtool.measurement.Coverage.Run;
import dev.igvmtool.measurement.Coverage.SharedPagesHash;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static final String CVM = "golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev.bin";

    private static Coverage coverage(IgvmFile file, PlatformType type) {
        SupportedPlatform platform = file.platform(type).orElseThrow();
        LaunchRules rules = Profile.HYPERV.rules();
        Coverage.Collector steps = new Coverage.Collector();
        LaunchDigest.of(file, new LaunchDigest.Request(platform, rules, Trace.to(steps::add)));
        return steps.of(file, platform, rules);
    }

    private static List<PageData> shared(IgvmFile file, int mask) {
        return file.directives().stream()
                .filter(it -> it instanceof PageData page && page.flags().shared() && page.appliesTo(mask))
                .map(PageData.class::cast)
                .toList();
    }

    @Test
    void anImageOfTheGeneratorVouchesForAllItsSharedPages() throws IOException {
        IgvmFile file = IgvmReader.read(SharedTestData.require(CVM));
        for (PlatformType type : List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION)) {
            Coverage coverage = coverage(file, type);
            int mask = file.platform(type).orElseThrow().compatibilityMask();
            assertEquals(shared(file, mask).size(), coverage.pages(Kind.PAGE_HASH), type.name());
            assertEquals(0, coverage.pages(Kind.NOTHING), type.name());
            assertEquals(SharedPagesHash.MATCHES, coverage.sharedPages(), type.name());
        }
    }

    @Test
    void aChangedSharedPageIsCoveredByNothing() throws IOException {
        IgvmFile file = IgvmReader.read(SharedTestData.require(CVM));
        PageData victim = shared(
                        file, file.platform(PlatformType.SEV_SNP).orElseThrow().compatibilityMask())
                .get(3);
        List<Directive> directives = new ArrayList<>(file.directives());
        directives.replaceAll(it -> it.equals(victim)
                ? new PageData(
                        victim.gpa(),
                        victim.compatibilityMask(),
                        victim.flags(),
                        PageDataType.NORMAL,
                        Bytes.utf8("something else"))
                : it);
        IgvmFile changed = new IgvmFile(file.revision(), file.platforms(), file.initializations(), directives);
        Coverage coverage = coverage(changed, PlatformType.SEV_SNP);
        assertEquals(1, coverage.pages(Kind.NOTHING));
        assertEquals(SharedPagesHash.DIFFERS, coverage.sharedPages());
        // The digest does not see it.
        assertEquals(LaunchDigest.of(file, PlatformType.SEV_SNP), LaunchDigest.of(changed, PlatformType.SEV_SNP));
    }

    @Test
    void sharedPagesOfOtherImagesAreCoveredByNothing() throws IOException {
        IgvmFile file = IgvmReader.read(SharedTestData.require("attestation/igvm/mixed-a.igvm"));
        assertEquals(
                List.of(
                        new Run(new GpaRange(0x100000, 0x102000), Kind.CONTENT),
                        new Run(new GpaRange(0x102000, 0x103000), Kind.ADDRESS),
                        new Run(new GpaRange(0x103000, 0x104000), Kind.NOTHING),
                        new Run(new GpaRange(0x104000, 0x107000), Kind.ADDRESS),
                        new Run(new GpaRange(0x108000, 0x10b000), Kind.ADDRESS),
                        new Run(new GpaRange(0x10b000, 0x10c000), Kind.CONTENT),
                        new Run(new GpaRange(0xfffffffff000L, 0x1000000000000L), Kind.CONTENT)),
                coverage(file, PlatformType.SEV_SNP).runs());
        assertEquals(SharedPagesHash.NONE, coverage(file, PlatformType.TDX).sharedPages());
    }
}
