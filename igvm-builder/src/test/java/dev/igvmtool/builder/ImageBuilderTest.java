package dev.igvmtool.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageBuilderTest {
    private static String manifest(String name) throws IOException {
        return Files.readString(SharedTestData.require("golden/cases/" + name + "/manifest.json"));
    }

    private static Resources resources(String name) {
        return ResourceReader.read(SharedTestData.require("golden/cases/" + name + "/resources.json"));
    }

    private static BuiltImage build(String manifest, Resources resources) {
        return ImageBuilder.build(
                ManifestReader.read("m.json", manifest, Path.of("/")).manifest(),
                resources,
                StageImages.none(),
                BuildOptions.NONE);
    }

    private static void refused(String message, String manifest, Resources resources) {
        IgvmToolException e = assertThrows(IgvmToolException.class, () -> build(manifest, resources), message);
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void refusesUnalignedMemory() throws IOException {
        String good = manifest("base-fixed");
        refused("memory is unaligned: 0x10001000", good.replace("65536", "65537"), resources("base-fixed"));
        refused("memory is unaligned: 0x20001000", good.replace("131072", "131073"), resources("base-fixed"));
    }

    @Test
    void refusesMemoryThatIsTooSmallOrTooLarge() throws IOException {
        String good = manifest("openhcl-x64-dev");
        Resources resources = resources("openhcl-x64-dev");
        refused("is greater than available: 0x200000", good.replace("131072", "512"), resources);
        refused("is greater than available: 0x0,", good.replace("131072", "0"), resources);
        refused("can require at most 0xffffffff", good.replace("131072", "1048576"), resources);
        refused("expected at most", good.replace("131072", "18446744073709551104"), resources);
    }

    @Test
    void refusesOverlapsAndNamesBoth() throws IOException {
        Path payloads = SharedTestData.require("golden/payloads");
        Resources boot = resources("linux-noinitrd")
                .with(
                        ResourceKey.LINUX_KERNEL,
                        new ResourceSource.FromFile(payloads.resolve("vtl0-kernel-x64.bzimage")));
        refused(
                "underhill-vtl0-linux-command-line at 0x1000-0x2000 (Exclusive) overlaps linux-kernel at 0x0-",
                manifest("linux-noinitrd"),
                boot);
        refused("underhill-kernel at 0x200000-", manifest("base-fixed").replace("65536", "0"), resources("base-fixed"));
    }

    @Test
    void refusesALongCommandLine() throws IOException {
        String line = "x".repeat(4093);
        refused(
                "'command_line' has 4093 bytes, its page has room for 4092",
                manifest("base-fixed").replace("OPENHCL_BOOT_LOG=com3", line),
                resources("base-fixed"));
        String direct = manifest("linux-noinitrd").replace("console=ttyS0", "x".repeat(4096));
        refused("has 4096 bytes, its page has room for 4095", direct, resources("linux-noinitrd"));
    }

    @Test
    void refusesMissingResources(@TempDir Path folder) throws IOException {
        refused(
                "missing resources: [uefi, underhill_kernel, openhcl_boot, underhill_initrd]",
                manifest("openhcl-x64-dev"),
                Resources.none());
        Resources absent = resources("openhcl-x64-dev")
                .with(ResourceKey.OPENHCL_BOOT, new ResourceSource.FromFile(folder.resolve("none.elf")));
        refused("resource openhcl_boot: " + folder + "/none.elf: no such file", manifest("openhcl-x64-dev"), absent);
    }

    @Test
    void refusesTruncatedResourcesByName(@TempDir Path folder) throws IOException {
        for (ResourceKey key : List.of(
                ResourceKey.OPENHCL_BOOT,
                ResourceKey.UNDERHILL_KERNEL,
                ResourceKey.UNDERHILL_SIDECAR,
                ResourceKey.UEFI)) {
            Resources good = resources("openhcl-x64-dev");
            Path source = ((ResourceSource.FromFile) good.find(key).orElseThrow()).path();
            byte[] content = Files.readAllBytes(source);
            for (int length : new int[] {0, 10, 100, content.length / 2}) {
                Path cut = folder.resolve(key + "-" + length);
                Files.write(cut, Arrays.copyOf(content, length));
                refused(
                        "resource " + key,
                        manifest("openhcl-x64-dev"),
                        good.with(key, new ResourceSource.FromFile(cut)));
            }
        }
    }

    @Test
    void refusesCombinationsThatTheReferenceRefuses() throws IOException {
        String vbs = manifest("vbs-only");
        String twice = vbs.replaceFirst("(?s)\\[\\s*(\\{.*\\})\\s*\\]", "[$1, $1]");
        refused("more than one guest config", twice, resources("vbs-only"));
        String arm = manifest("openhcl-aarch64-dev");
        refused(
                "needs 'uefi' or 'linux'",
                arm.replace("\"uefi\": true", "\"uefi\": false"),
                resources("aarch64-linux"));
        String direct = manifest("snp-linux-direct");
        Resources files = resources("snp-linux-direct");
        refused("needs 'max_vtl' 0", direct.replace("\"max_vtl\": 0", "\"max_vtl\": 2"), files);
        refused("'c_bit_position' is 31", direct.replace("51", "31"), files);
        refused("'memory_page_count' is 255", direct.replace("40960", "255"), files);
        refused("lies outside of RAM", direct.replace("40960", "300"), files);
        refused("leave no room", direct.replace("\"processor_count\": 1", "\"processor_count\": 10999"), files);
        refused("only supported for x64", direct.replace("\"x64\"", "\"aarch64\""), files);
        String uefi = manifest("uefi-x64");
        refused(
                "needs 'injection_type' restricted",
                uefi.replace("\"restricted\"", "\"normal\""),
                resources("uefi-x64"));
        refused("39 to 47", uefi.replace(": 39", ": 36"), resources("uefi-x64"));
    }

    @Test
    void stageImagesTakeThePlaceOfFiles() throws IOException {
        Resources files = resources("openhcl-x64-dev");
        Path shim =
                ((ResourceSource.FromFile) files.find(ResourceKey.OPENHCL_BOOT).orElseThrow()).path();
        Bytes content = Bytes.wrap(Files.readAllBytes(shim));
        BuiltImage built = ImageBuilder.build(
                ManifestReader.read("m.json", manifest("openhcl-x64-dev"), Path.of("/"))
                        .manifest(),
                files.with(ResourceKey.OPENHCL_BOOT, new ResourceSource.FromStage("boot-shim")),
                stage -> stage.equals("boot-shim") ? Optional.of(content) : Optional.empty(),
                BuildOptions.NONE);
        assertEquals(build(manifest("openhcl-x64-dev"), files).map(), built.map());
    }

    @Test
    void optionsChangeTheManifest() throws IOException {
        String manifest = manifest("openhcl-x64-dev");
        Resources files = resources("openhcl-x64-dev");
        BuiltImage built = ImageBuilder.build(
                ManifestReader.read("m.json", manifest, Path.of("/")).manifest(),
                files,
                StageImages.none(),
                new BuildOptions(true, true));
        String longer = manifest.replace("CONFIG=debug", "CONFIG=debug OPENHCL_CONFIDENTIAL_DEBUG=1");
        assertEquals(IgvmWriter.toBytes(build(longer, files).file()), IgvmWriter.toBytes(built.file()));
    }

    private static String single(String arch, int maxVtl, String isolation, String image) {
        return String.format(
                "{\"guest_arch\": \"%s\", \"guest_configs\": [{\"guest_svn\": 1, \"max_vtl\": %d,"
                        + " \"isolation_type\": %s, \"image\": %s}]}",
                arch, maxVtl, isolation, image);
    }

    @Test
    void emptyImageHasNoDirectivesExceptTheResetPageOfTdx() {
        assertTrue(build(single("x64", 2, "\"none\"", "\"none\""), Resources.none())
                .file()
                .directives()
                .isEmpty());
        String tdx = "{\"tdx\": {\"enable_debug\": false, \"sept_ve_disable\": false}}";
        BuiltImage image = build(single("x64", 2, tdx, "\"none\""), Resources.none());
        PageData reset = (PageData) image.file().directives().get(0);
        assertEquals(1, image.file().directives().size());
        assertEquals(0xffff_f000L, reset.gpa());
        assertEquals(0, reset.content().u64(0x80));
        // A policy of 0 has no header; the document that vouches for the image is the only one.
        assertEquals(1, image.file().initializations().size());
        assertTrue(image.file().initializations().get(0) instanceof CorimDocument);
    }

    @Test
    void kernelByItselfHasNoState() {
        String linux = "{\"linux\": {\"use_initrd\": true, \"command_line\": \"\"}}";
        BuiltImage image = build(single("x64", 0, "\"none\"", linux), resources("openhcl-x64-dev"));
        assertTrue(image.file().directives().stream().allMatch(PageData.class::isInstance));
        assertTrue(image.map().contains(" linux-kernel\n"));
        assertTrue(image.map().contains(" linux-initrd\n"));
        BuiltImage arm = build(single("aarch64", 0, "\"none\"", linux), resources("aarch64-linux"));
        assertTrue(arm.map().contains(" linux-kernel\n"));
    }

    @Test
    void paravisorWithoutVtl2IsMarkedSo() {
        String openhcl = "{\"openhcl\": {\"memory_page_count\": 65536, \"uefi\": true}}";
        BuiltImage image = build(single("x64", 0, "\"none\"", openhcl), resources("openhcl-x64-dev"));
        RelocatableRegion region =
                (RelocatableRegion) image.file().initializations().get(0);
        assertEquals(6, region.flags());
        assertEquals(0, region.vtl());
        assertFalse(image.map().contains("VTL2 protectable"));
    }

    @Test
    void uefiOnSnpWithoutParametersHasNoProcessorState() throws IOException {
        String snp = "{\"snp\": {\"shared_gpa_boundary_bits\": 39, \"policy\": 196639, \"enable_debug\": false,"
                + " \"injection_type\": \"restricted\"}}";
        String uefi = "{\"uefi\": {\"config_type\": \"none\"}}";
        BuiltImage image = build(single("x64", 0, snp, uefi), resources("uefi-x64"));
        assertFalse(image.file().directives().stream().anyMatch(VpContext.class::isInstance));
        assertFalse(image.map().contains("vp-context-page"));
        refused(
                "'igvm' is not supported with SNP and a paravisor",
                single("x64", 2, snp, uefi.replace("none", "igvm")),
                resources("uefi-x64"));
        refused(
                "'igvm' is not supported on aarch64",
                single("aarch64", 0, "\"none\"", uefi.replace("none", "igvm")),
                resources("uefi-aarch64"));
    }
}
