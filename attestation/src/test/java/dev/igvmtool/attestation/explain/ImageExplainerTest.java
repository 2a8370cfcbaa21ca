package dev.igvmtool.attestation.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.LaunchRules;
import dev.igvmtool.measurement.Profile;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.ovmf.CpuType;
import dev.igvmtool.measurement.ovmf.SaveAreaStyle;
import dev.igvmtool.measurement.ovmf.Vmm;
import dev.igvmtool.measurement.snp.SnpDigest;
import dev.igvmtool.measurement.snp.SnpPageType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Digests of {@code testdata/attestation/README.md}, and digests made by one changed rule. */
class ImageExplainerTest {
    private static IgvmFile file(String name) {
        return IgvmReader.read(Samples.read("igvm/" + name));
    }

    private static Explanation explain(String name, String digest) {
        return new ImageExplainer(file(name), Observed.ofDigest(Bytes.fromHex(digest)), List.of(), 64).explain();
    }

    private static List<String> differences(Explanation explanation) {
        return explanation.match().orElseThrow().differences().stream()
                .map(it -> it.what() + ": " + it.usual() + " -> " + it.found())
                .toList();
    }

    @Test
    void usualDigestNeedsNoExplanation() {
        Explanation explanation = explain(
                "mixed-a.igvm",
                "c61d12b7ef07b35c475a4f6782e90b76c48a8b9dd9b02808465713331cdca09d43e78eb3db304b07ee268eaf14e392eb");
        assertEquals(List.of(), differences(explanation));
        assertEquals(Optional.of("hyperv"), explanation.match().orElseThrow().who());
        assertEquals(Optional.empty(), explanation.match().orElseThrow().divergence());
        explanation = explain(
                "mixed-a.igvm",
                "666d59b9c474a2255b16763adfa9999b8313f08f0e91e709204fa675103a4d1c3fac2f08612be86eb935e9bdeea268d8");
        assertEquals(2, explanation.match().orElseThrow().platform().compatibilityMask());
        explanation = explain("mixed-a.igvm", "822122e1748c64b05390f55f1f6565c61f99363dffd870865feec8e39d462224");
        assertEquals(
                PlatformType.VSM_ISOLATION,
                explanation.match().orElseThrow().platform().platformType());
    }

    @Test
    void twoRulesDifferBetweenIgvmmeasureAndIgvmfilegen() {
        Explanation explanation = explain(
                "mixed-a.igvm",
                "BAB395F2266E2825D868CB3D7FE6F82F955F3E98B7B41B4BCFA811F507FD89DACAAE488B5B21F2375C31BE87DB3CF6C2");
        assertEquals(
                Optional.of("igvmmeasure"), explanation.match().orElseThrow().who());
        assertEquals(
                List.of("shared pages: skipped -> measured", "parameter insert pages: all -> first only"),
                differences(explanation));
        Divergence divergence = explanation.match().orElseThrow().divergence().orElseThrow();
        // The shared page of the file lies at 0x103000, behind the first three.
        assertEquals(3, divergence.index());
        assertEquals(0x104000, divergence.usual().orElseThrow().gpa().orElseThrow());
        assertEquals(0x103000, divergence.found().orElseThrow().gpa().orElseThrow());
        explanation = explain(
                "mixed-a.igvm",
                "7153E47612CB297539E69AC73E34310DF8E7C1F37C207CC4223046822FC018247DDDD9528E16DE0F07FC74AC67396701");
        assertEquals(
                Optional.of("igvmmeasure-native-zero"),
                explanation.match().orElseThrow().who());
        assertEquals(3, differences(explanation).size());
        explanation = explain(
                "mixed-c.igvm",
                "1A9EB04E94198ED684D1ECAD43C8E697BE8AFCC5BA35AD218CACEF169C5CA1E4DC29D0AD16B37CFFD221935528301ECF");
        assertEquals(List.of("empty pages: normal -> zero"), differences(explanation));
    }

    private static Bytes measured(IgvmFile file, PlatformType type, LaunchRules rules, Trace trace) {
        SupportedPlatform platform = file.platform(type).orElseThrow();
        return LaunchDigest.of(file, new LaunchDigest.Request(platform, rules, trace))
                .value();
    }

    @Test
    void rulesOfNobodyAreFoundToo() {
        IgvmFile file = file("mixed-a.igvm");
        LaunchRules odd =
                Profile.HYPERV.rules().with(LaunchRules.SharedPages.MEASURED).with(LaunchRules.EmptyPages.ZERO);
        Observed observed = Observed.ofDigest(measured(file, PlatformType.SEV_SNP, odd, Trace.OFF));
        Explanation explanation = new ImageExplainer(file, observed, List.of(), 64).explain();
        assertEquals(Optional.empty(), explanation.match().orElseThrow().who());
        assertEquals(
                List.of("shared pages: skipped -> measured", "empty pages: normal -> zero"), differences(explanation));
    }

    @Test
    void processorsAreVaried() {
        IgvmFile file = file("mixed-a.igvm");
        int mask = file.platform(PlatformType.SEV_SNP).orElseThrow().compatibilityMask();
        Variation features = Variation.of(file, mask, List.of(0x5aL)).stream()
                .filter(it -> it.differences().get(0).found().equals("0x5a"))
                .findFirst()
                .orElseThrow();
        Variation both = Variation.of(features.file(), mask, List.of()).stream()
                .filter(it -> it.differences().get(0).found().contains("EPYC-Turin"))
                .findFirst()
                .orElseThrow();
        Observed observed =
                Observed.ofDigest(measured(both.file(), PlatformType.SEV_SNP, Profile.HYPERV.rules(), Trace.OFF));
        assertTrue(new ImageExplainer(file, observed, List.of(), 64)
                .explain()
                .match()
                .isEmpty());
        Explanation explanation = new ImageExplainer(file, observed, List.of(0x5aL), 64).explain();
        assertEquals(2, differences(explanation).size());
        assertTrue(differences(explanation).toString().contains("guest features (SEV_FEATURES): "));
        assertTrue(differences(explanation).toString().contains("-> 0xb00f00 (EPYC-Turin)"));
        Variation none = Variation.of(file, mask, List.of()).get(0);
        observed = Observed.ofDigest(measured(none.file(), PlatformType.SEV_SNP, Profile.HYPERV.rules(), Trace.OFF));
        assertEquals(
                List.of("processors: 1 -> 0"),
                differences(new ImageExplainer(file, observed, List.of(), 64).explain()));
    }

    @Test
    void moreProcessorsThanInTheFileAreTried() {
        IgvmFile file = file("mixed-a.igvm");
        int mask = file.platform(PlatformType.SEV_SNP).orElseThrow().compatibilityMask();
        VpContext first = Variation.contexts(file, mask).get(0);
        // What KVM would measure of three more processors that QEMU leaves in their reset state.
        int milan = CpuType.of("EPYC-Milan").orElseThrow().signature();
        Bytes reset = Vmm.QEMU
                .style()
                .saveArea(SaveAreaStyle.RESET_VECTOR, milan, first.content().u64(Variation.SEV_FEATURES));
        List<Step> steps = new ArrayList<>();
        measured(file, PlatformType.SEV_SNP, Profile.QEMU.rules(), Trace.into(steps));
        SnpDigest chain = new SnpDigest(steps.get(steps.size() - 1).digest(), LaunchRules.EmptyPages.NORMAL, Trace.OFF);
        for (int i = 0; i < 3; i++) {
            chain.update(SnpPageType.VMSA, 0xffff_ffff_f000L, reset, "");
        }
        Observed observed = Observed.ofDigest(chain.soFar());
        Explanation explanation = new ImageExplainer(file, observed, List.of(), 64).explain();
        assertEquals(Optional.of("qemu"), explanation.match().orElseThrow().who());
        assertTrue(
                differences(explanation)
                        .contains("processors: 1 -> 4, the others as QEMU resets them"
                                + " (EPYC-Milan, EPYC-Milan-v1, EPYC-Milan-v2)"),
                differences(explanation).toString());
        assertTrue(new ImageExplainer(file, observed, List.of(), 3)
                .explain()
                .match()
                .isEmpty());
        SnpDigest copies = new SnpDigest(
                measured(file, PlatformType.SEV_SNP, Profile.HYPERV.rules(), Trace.OFF),
                LaunchRules.EmptyPages.NORMAL,
                Trace.OFF);
        copies.update(SnpPageType.VMSA, first.gpa(), first.content(), "");
        explanation = new ImageExplainer(file, Observed.ofDigest(copies.soFar()), List.of(), 64).explain();
        assertEquals(List.of("processors: 1 -> 2, the others like the last in the file"), differences(explanation));
    }

    @Test
    void maskOfAnotherPlatformIsTried() {
        IgvmFile file = file("mixed-a.igvm");
        SupportedPlatform tdx = file.platform(PlatformType.TDX).orElseThrow();
        SupportedPlatform mixed = new SupportedPlatform(tdx.compatibilityMask(), 0, PlatformType.SEV_SNP, 1, 0);
        Bytes digest = LaunchDigest.of(file, new LaunchDigest.Request(mixed, Profile.QEMU.rules(), Trace.OFF))
                .value();
        Explanation explanation = new ImageExplainer(
                        file, new Observed(digest, List.of(PlatformType.SEV_SNP), "test"), List.of(), 64)
                .explain();
        assertTrue(
                differences(explanation).contains("compatibility mask: 0x1 -> 0x2"),
                differences(explanation).toString());
    }

    @Test
    void digestOfSomeStepsIsRecognized() {
        IgvmFile file = file("mixed-a.igvm");
        List<Step> steps = new ArrayList<>();
        measured(file, PlatformType.SEV_SNP, Profile.HYPERV.rules(), Trace.into(steps));
        Explanation explanation =
                new ImageExplainer(file, Observed.ofDigest(steps.get(4).digest()), List.of(), 64).explain();
        Explanation.Partial partial = explanation.partial().orElseThrow();
        assertEquals(List.of(5, steps.size()), List.of(partial.done(), partial.all()));
        assertEquals(steps.get(5), partial.next());
        assertEquals("hyperv", partial.who());
    }

    @Test
    void whatNothingLeadsToHasAccounts() {
        Explanation explanation = explain("mixed-a.igvm", "ab".repeat(48));
        assertTrue(explanation.match().isEmpty() && explanation.partial().isEmpty());
        assertEquals(
                List.of("hyperv", "igvmmeasure", "igvmmeasure-native-zero", "qemu", "hyperv"),
                explanation.accounts().stream().map(Explanation.Account::who).toList());
        assertTrue(explanation.accounts().get(0).divergence().isEmpty());
        assertEquals(3, explanation.accounts().get(1).divergence().orElseThrow().index());
        assertTrue(explanation.tried() > 50, "tried " + explanation.tried());
        assertThrows(FormatException.class, () -> explain("two-page-tdx-with-corim.igvm", "ab".repeat(32)));
        assertThrows(FormatException.class, () -> Observed.ofDigest(Bytes.zeros(20)));
    }

    @Test
    void digestsComeFromEvidenceOrText() {
        Observed report = Observed.read(Samples.read("snp-milan/report.bin"));
        assertEquals(List.of(PlatformType.SEV_SNP), report.platforms());
        assertTrue(report.digest().toHex().startsWith("b07af9620f3b"));
        assertEquals(
                report.digest(),
                Observed.read(Bytes.utf8(report.digest().toHex() + "\n")).digest());
        assertEquals(
                List.of(PlatformType.TDX),
                Observed.read(Samples.read("tdx-v4/quote.dat")).platforms());
        assertEquals(
                report.digest(),
                Observed.read(Samples.read("snp-milan/hcl-report-v1-hash-mismatch.bin"))
                        .digest());
        assertThrows(FormatException.class, () -> Observed.read(Bytes.utf8("ab")));
    }
}
