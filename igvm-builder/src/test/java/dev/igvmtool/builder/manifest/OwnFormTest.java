package dev.igvmtool.builder.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.builder.manifest.IsolationConfig.InjectionType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What manifests in YAML have and igvmfilegen's do not. */
class OwnFormTest {
    private static final Path FOLDER = Path.of("/b");

    private static Manifest read(String text) {
        return ManifestReader.read("m.yaml", text, FOLDER).manifest();
    }

    private static void refused(String message, String text) {
        String found =
                assertThrows(IgvmToolException.class, () -> read(text), text).getMessage();
        assertTrue(found.startsWith("m.yaml: ") && found.contains(message), found);
        assertTrue(found.indexOf('\n') < 0, found);
    }

    @Test
    void namesStandForNumbers() {
        List<GuestConfig> configs = read(OwnManifests.CVM).guestConfigs();
        assertEquals(
                new IsolationConfig.Snp(OptionalInt.of(46), 0xb_001f, true, InjectionType.NORMAL, true),
                configs.get(0).isolation());
        assertEquals(new IsolationConfig.Tdx(false, true), configs.get(1).isolation());
        assertEquals(new IsolationConfig.Vbs(true), configs.get(2).isolation());
        Image.Openhcl image = (Image.Openhcl) configs.get(0).image();
        assertEquals("OPENHCL_BOOT_LOG=com3 quiet", image.commandLine());
        assertEquals(OptionalLong.of(32768), image.memoryPageBase());
        assertEquals(16384, image.memoryPageCount());
        Image.SnpLinuxDirect direct = (Image.SnpLinuxDirect)
                read(OwnManifests.DIRECT).guestConfigs().get(0).image();
        assertEquals(Bytes.utf8("console=ttyS0"), direct.linux().commandLine());
        assertEquals(40960, direct.memoryPageCount());
    }

    @Test
    void everyBitOfAnSnpPolicyHasAName() {
        String all = OwnManifests.CVM.replace(
                "abi: \"0.31\", smt: true, migrate_ma: false, debug: true, single_socket: false",
                "abi: \"1.2\", smt: false, migrate_ma: true, debug: false, single_socket: true, cxl_allow: true,"
                        + " mem_aes_256_xts: true, rapl_dis: true, ciphertext_hiding_dram: true, page_swap_disable: true");
        IsolationConfig.Snp snp =
                (IsolationConfig.Snp) read(all).guestConfigs().get(0).isolation();
        assertEquals(0x3f6_0102, snp.guestPolicy());
        refused("'abi' is '0.256'", OwnManifests.CVM.replace("0.31", "0.256"));
        refused("'abi' is the number 0.31", OwnManifests.CVM.replace("\"0.31\"", "0.31"));
    }

    @Test
    void oneThingIsSaidOnce() {
        refused(
                "say the same",
                OwnManifests.CVM.replace("memory: 64MiB", "memory: 64MiB\n        memory_page_count: 1"));
        refused("say the same", OwnManifests.CVM.replace("memory_base:", "memory_page_base: 1\n        memory_base:"));
        refused("say the same", OwnManifests.CVM.replace("secure_avic:", "enable_debug: true\n        secure_avic:"));
        refused("say the same", OwnManifests.CVM.replace("isolation_type:", "isolation: none\n    isolation_type:"));
    }

    @Test
    void sizesHaveUnitsAndAreWholePages() {
        for (String size : List.of("64", "64MB", "0x4MiB", "-4MiB", "6.5MiB", "999999999TiB", "\"64 MiB\"")) {
            refused("'memory' is", OwnManifests.CVM.replace("memory: 64MiB", "memory: " + size));
        }
        refused("expected a multiple of 4KiB", OwnManifests.CVM.replace("memory: 64MiB", "memory: 65KiB"));
    }

    @Test
    void numbersAreDecimal() {
        for (String number :
                List.of("0x1", "0o17", "017", "1_000", "1.0", "1e3", "+1", "-1", "\"1\"", ".inf", "1:30")) {
            refused("'guest_svn' is", OwnManifests.ARM.replace("guest_svn: 1", "guest_svn: " + number));
        }
    }

    @Test
    void whatHasNoEffectIsRefused() {
        refused("resource 'linux_kernel' is used by no guest config", OwnManifests.CVM + "  linux_kernel: k\n");
        refused(
                "'shared_gpa_boundary_bits' would have no effect",
                OwnManifests.DIRECT.replace("policy: 196639", "shared_gpa_boundary_bits: 46, policy: 196639"));
        refused(
                "'secure_avic' would have no effect",
                OwnManifests.DIRECT.replace("policy: 196639", "secure_avic: enabled, policy: 196639"));
        refused("bit 19 (debug)", OwnManifests.DIRECT.replace("196639", "720927"));
        refused("'linux_initrd' is used by no", OwnManifests.DIRECT.replace("use_initrd: true", "use_initrd: false"));
        refused("'command_line' would have no effect", """
                guest_arch: x64
                guest_configs:
                  - guest_svn: 1
                    max_vtl: 2
                    isolation: none
                    image: { linux: { use_initrd: false, command_line: x } }
                """);
        refused("'command_line' would have no effect", """
                guest_arch: aarch64
                guest_configs:
                  - guest_svn: 1
                    max_vtl: 2
                    isolation: none
                    image: { openhcl: { memory: 64MiB, linux: { use_initrd: false, command_line: x } } }
                """);
        refused(
                "'mode' would have no effect",
                OwnManifests.CVM.replace("{ path: /dev, directory: true }", "{ folder: x, mode: 755 }"));
        refused("'memory_base' has no value", OwnManifests.CVM.replace("memory_base: 128MiB", "memory_base:"));
    }

    @Test
    void commandLinesHoldNoControlCharacters() {
        refused("control character 0x0a", OwnManifests.CVM.replace("quiet]", "\"a\\nb\"]"));
        refused("control character 0x00", OwnManifests.DIRECT.replace("console=ttyS0", "\"a\\0b\""));
        refused("a word of 'command_line' is empty", OwnManifests.CVM.replace("quiet]", "\"\"]"));
        refused("a word of 'command_line' is the number 5", OwnManifests.CVM.replace("quiet]", "5]"));
    }

    @Test
    void resourcesFitTheirKey() {
        refused("unknown value 'initrd'", OwnManifests.ARM.replace("fw.fd", "{ initrd: { folder: x } }"));
        refused("unknown value 'kernel'", OwnManifests.CVM.replace("{ stage: boot-shim }", "{ kernel: x }"));
        refused("neither 'archives'", OwnManifests.DIRECT.replace("{ path: initrd.img }", "{ initrd: {} }"));
    }

    @Test
    void resourcesStayInTheFolder(@TempDir Path folder) throws IOException {
        for (String path : List.of("../fw.fd", "/etc/passwd", "a/../../fw.fd")) {
            refused("lies outside of /b", OwnManifests.ARM.replace("fw.fd", path));
        }
        Path outside = Files.writeString(folder.resolve("fw.fd"), "x");
        Path inside = Files.createDirectory(folder.resolve("in"));
        Path manifest = Files.writeString(inside.resolve("m.yaml"), OwnManifests.ARM);
        Files.createSymbolicLink(inside.resolve("fw.fd"), outside);
        String message = assertThrows(IgvmToolException.class, () -> ManifestReader.read(manifest))
                .getMessage();
        assertTrue(message.contains("lies outside of " + inside), message);
        ManifestOptions wider = new ManifestOptions(Map.of(), Optional.of(folder));
        assertEquals(
                new ResourceSource.FromFile(inside.resolve("fw.fd")),
                ManifestReader.read(manifest, wider)
                        .resources()
                        .find(ResourceKey.UEFI)
                        .orElseThrow());
    }

    @Test
    void yamlTricksAreRefused() {
        refused("YAML aliases are not supported", "a: &a [1, 2]\nb: [*a, *a]\n");
        refused("YAML tags are not supported", "guest_arch: !!java.net.URL [\"http://x\"]\n");
        refused("'guest_arch' is repeated", "guest_arch: x64\nguest_arch: x64\n");
        refused("unknown field '<<'", OwnManifests.ARM + "<<: {}\n");
        refused("", "a: [".repeat(5000));
        refused("", "{".repeat(5000));
        refused("after the end", OwnManifests.ARM + "---\nx: 1\n");
    }
}
