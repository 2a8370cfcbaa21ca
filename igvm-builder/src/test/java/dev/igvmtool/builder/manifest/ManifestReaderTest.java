package dev.igvmtool.builder.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import dev.igvmtool.document.DocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestReaderTest {
    private static final Path FOLDER = Path.of("/base");
    private static final String OPENHCL = """
            {
              "guest_arch": "x64",
              "guest_configs": [
                {
                  "guest_svn": 1,
                  "max_vtl": 2,
                  "isolation_type": "none",
                  "image": {
                    "openhcl": {
                      "command_line": "a b",
                      "memory_page_count": 131072,
                      "uefi": true
                    }
                  }
                }
              ]
            }
            """;

    private static Manifest json(String text) {
        return ManifestReader.read("m.json", text, FOLDER).manifest();
    }

    private static String refusal(String name, String text) {
        return assertThrows(IgvmToolException.class, () -> ManifestReader.read(name, text, FOLDER), text)
                .getMessage();
    }

    private static String refusal(String text) {
        return refusal("m.json", text);
    }

    @Test
    void readsAnOpenhclImage() {
        GuestConfig config = json(OPENHCL).guestConfigs().get(0);
        Image.Openhcl image = (Image.Openhcl) config.image();
        assertEquals(new IsolationConfig.None(), config.isolation());
        assertEquals("a b", image.commandLine());
        assertEquals(OptionalLong.empty(), image.memoryPageBase());
        assertEquals(131072, image.memoryPageCount());
        assertTrue(image.uefi());
    }

    @Test
    void readsTheSameFromYaml() {
        String yaml = """
                # comment
                guest_arch: x64
                guest_configs:
                  - guest_svn: 1
                    max_vtl: 2
                    isolation_type: none
                    image:
                      openhcl: {command_line: a b, memory_page_count: 131072, uefi: true}
                """;
        assertEquals(
                json(OPENHCL).guestConfigs(),
                ManifestReader.read("m.yaml", yaml, FOLDER).manifest().guestConfigs());
    }

    @Test
    void pointsAtAMisspeltFieldOfBothKinds() {
        assertEquals(
                "m.json: line 11, column 11: unknown field 'memory_page_cout' in 'openhcl', did you mean"
                        + " 'memory_page_count'?",
                refusal(OPENHCL.replace("memory_page_count", "memory_page_cout")));
        assertEquals(
                "m.json: line 12, column 11: unknown field 'uefii' in 'openhcl', did you mean 'uefi'?",
                refusal(OPENHCL.replace("\"uefi\"", "\"uefii\"")));
        assertEquals(
                "m.json: line 9, column 20: missing field 'memory_page_count' in 'openhcl'",
                refusal(OPENHCL.replace("\"memory_page_count\": 131072,", "")));
    }

    @Test
    void ignoresFieldsOfLaterGeneratorsInJsonOnly() {
        String later = OPENHCL.replace("\"uefi\": true", "\"uefi\": true, \"invented\": {\"x\": [1]}");
        assertEquals(json(OPENHCL), json(later));
        assertTrue(refusal("m.yaml", later).contains("unknown field 'invented' in 'openhcl', which has command_line"));
    }

    @Test
    void refusesUnknownVariantsAndNamesTheNearest() {
        assertEquals(
                "m.json: line 2, column 17: unknown value 'x86' for 'guest_arch', expected one of x64, aarch64",
                refusal(OPENHCL.replace("\"x64\"", "\"x86\"")));
        assertTrue(refusal(OPENHCL.replace("\"none\"", "\"nnoe\"")).contains("did you mean 'none'?"));
        assertTrue(refusal(OPENHCL.replace("\"openhcl\"", "\"openhlc\"")).contains("did you mean 'openhcl'?"));
        assertTrue(refusal(OPENHCL.replace("\"none\"", "\"sev\""))
                .contains("unknown value 'sev' for 'isolation_type', expected one of none, vbs, snp, tdx"));
    }

    @Test
    void refusesRepeatedFields() {
        assertTrue(refusal(OPENHCL.replace("\"max_vtl\": 2,", "\"max_vtl\": 2, \"max_vtl\": 2,"))
                .contains("line 6, column 21: field 'max_vtl' is repeated in a guest config"));
    }

    @Test
    void refusesWrongTypesAndRanges() {
        for (String number : List.of("-1", "1.0", "1e3", "\"5\"", "null", "true", "18446744073709551616", "[]")) {
            assertTrue(refusal(OPENHCL.replace("131072", number)).contains("'memory_page_count' is"), number);
        }
        assertTrue(refusal(OPENHCL.replace("\"guest_svn\": 1", "\"guest_svn\": 4294967296"))
                .contains("expected an integer from 0 to 4294967295"));
        assertTrue(refusal(OPENHCL.replace("\"max_vtl\": 2", "\"max_vtl\": 1"))
                .contains("'max_vtl' is 1, expected 2 or 0"));
        assertTrue(refusal(OPENHCL.replace("true", "\"yes\"")).contains("'uefi' is the string 'yes'"));
        assertTrue(refusal(OPENHCL.replace("\"a b\"", "5")).contains("'command_line' is the number 5"));
        assertEquals(
                -1,
                ((Image.Openhcl) json(OPENHCL.replace("131072", "18446744073709551615"))
                                .guestConfigs()
                                .get(0)
                                .image())
                        .memoryPageCount());
    }

    @Test
    void refusesYamlNumbersThatAreNotDecimal() {
        for (String number : List.of("0x20000", "0o17", "0777", "1_000", "+5", "0b11", ".5", ".inf")) {
            assertTrue(refusal("m.yaml", OPENHCL.replace("131072", number)).contains("'memory_page_count' is"), number);
        }
    }

    @Test
    void refusesYamlBeyondPlainData() {
        assertTrue(refusal("m.yaml", "a: &x [1]\nb: *x\n").contains("aliases"));
        assertTrue(refusal("m.yaml", "guest_arch: !!java.net.URL [x]\n").contains("tags"));
        assertTrue(refusal("m.yaml", OPENHCL + "\n---\n{}\n").contains("text after the end"));
        assertTrue(refusal("m.yaml", "guest_arch: [\n").startsWith("m.yaml: line "));
        assertTrue(refusal("m.yaml", "").contains("is empty"));
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 20; i++) {
            bomb.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ",").repeat(8) + "*a" + (i - 1) + "]\n");
        }
        assertTrue(refusal("m.yaml", bomb.toString()).contains("aliases"));
    }

    @Test
    void refusesDeepDocuments() {
        for (String name : List.of("m.json", "m.yaml")) {
            String message = refusal(name, "{\"guest_arch\": " + "[".repeat(100_000));
            assertTrue(message.length() < 300, message);
        }
    }

    @Test
    void refusesJsonThatIsNotStrict() {
        assertTrue(refusal(OPENHCL + "x").startsWith("m.json: line 18, column "));
        assertTrue(refusal("// c\n" + OPENHCL).startsWith("m.json: line 1, column "));
        assertTrue(refusal(OPENHCL.replace("true", "true,")).startsWith("m.json: line "));
    }

    @Test
    void escapesTextOfTheFileInMessages() {
        String message = refusal(OPENHCL.replace("\"none\"", "\"\\u001b[31mred\\n\""));
        assertTrue(message.contains("'\\u001b[31mred\\u000a'"), message);
    }

    @Test
    void unitVariantsMayBeObjectsOfNull() {
        assertEquals(json(OPENHCL), json(OPENHCL.replace("\"none\"", "{\"none\": null}")));
        assertTrue(refusal(OPENHCL.replace("\"none\"", "{\"none\": {}}")).contains("takes no value"));
        assertTrue(refusal(OPENHCL.replace("\"none\"", "\"vbs\"")).contains("needs an object"));
        assertTrue(refusal(OPENHCL.replace("\"none\"", "{\"vbs\": {\"enable_debug\": true}, \"none\": null}"))
                .contains("2 keys"));
    }

    @Test
    void refusesTextThatNoCommandLineCanHold() {
        assertTrue(refusal(OPENHCL.replace("a b", "a\\u0000b")).contains("'command_line' has a NUL"));
        assertTrue(refusal(OPENHCL.replace("a b", "a\\ud800b")).contains("half of a surrogate pair"));
        Image.Openhcl image = (Image.Openhcl)
                json(OPENHCL.replace("a b", "a\\nb")).guestConfigs().get(0).image();
        assertEquals("a\nb", image.commandLine());
    }

    @Test
    void linuxCommandLineIsACString() {
        String linux =
                OPENHCL.replace("\"uefi\": true", "\"linux\": {\"use_initrd\": true, \"command_line\": [104, 105]}");
        Image.Openhcl image = (Image.Openhcl) json(linux).guestConfigs().get(0).image();
        assertEquals(Bytes.utf8("hi"), image.linux().orElseThrow().commandLine());
        assertTrue(refusal(linux.replace("[104, 105]", "\"a\\u0000b\"")).contains("NUL at byte 1"));
        assertTrue(
                refusal(linux.replace("\"linux\"", "\"uefi\": true, \"linux\"")).contains("both 'uefi' and 'linux'"));
    }

    @Test
    void productPolicyIsAlwaysStrict() {
        String policy = """
                "uefi": true, "product_policy": {"sivm": {"require_ephemeral_vmgs": true, "require_secure_boot": true,
                  "require_secure_boot_vars": false, "require_bcd_integrity": true, "custom_uefi_json": "ZGVhZA=="}}""";
        String text = OPENHCL.replace("\"uefi\": true", policy);
        Image.Openhcl image = (Image.Openhcl) json(text).guestConfigs().get(0).image();
        assertEquals(Bytes.utf8("dead"), image.productPolicy().orElseThrow().customUefiJson());
        assertTrue(refusal(text.replace("\"custom_uefi_json\"", "\"zz\": 1, \"custom_uefi_json\""))
                .contains("unknown field 'zz' in 'sivm'"));
        assertTrue(refusal(text.replace("ZGVhZA==", "ZGVhZA")).contains("not base64"));
    }

    @Test
    void readsResourcesOfOurOwnManifests() {
        String yaml = OPENHCL.strip().substring(0, OPENHCL.strip().length() - 1) + """
                , "resources": {
                  "uefi": "fw/uefi.fd",
                  "openhcl_boot": {"stage": "boot-shim"},
                  "underhill_kernel": {"bzimage": "./boot/vmlinuz"},
                  "underhill_initrd": {"initrd": {"folder": "root", "entries": [
                    {"path": "/dev", "directory": true},
                    {"path": "/dev/null", "char": [1, 3], "mode": "0666"},
                    {"path": "/underhill-init", "stage": "init", "mode": 0755},
                    {"path": "/bin", "link": "/usr/bin"}]}}
                }}
                """;
        Resources resources = ManifestReader.read("m.yaml", yaml, FOLDER).resources();
        assertEquals(
                new ResourceSource.FromFile(Path.of("/base/fw/uefi.fd")),
                resources.find(ResourceKey.UEFI).orElseThrow());
        assertEquals(
                new ResourceSource.FromStage("boot-shim"),
                resources.find(ResourceKey.OPENHCL_BOOT).orElseThrow());
        assertEquals(
                new ResourceSource.FromBzImage(Path.of("/base/./boot/vmlinuz")),
                resources.find(ResourceKey.UNDERHILL_KERNEL).orElseThrow());
        ResourceSource.FromEntries initrd = (ResourceSource.FromEntries)
                resources.find(ResourceKey.UNDERHILL_INITRD).orElseThrow();
        assertEquals(
                List.of(
                        new InitrdEntry("/", OptionalInt.empty(), new Content.Folder(Path.of("/base/root"))),
                        new InitrdEntry("/dev", OptionalInt.empty(), new Content.Directory()),
                        new InitrdEntry("/dev/null", OptionalInt.of(0666), new Content.Device(false, 1, 3)),
                        new InitrdEntry("/underhill-init", OptionalInt.of(0755), new Content.Stage("init")),
                        new InitrdEntry("/bin", OptionalInt.empty(), new Content.Link("/usr/bin"))),
                initrd.entries());
        assertTrue(refusal("m.yaml", yaml.replace("/dev/null", "/dev/../null")).contains("'..' parts"));
        assertTrue(refusal("m.yaml", yaml.replace("\"directory\": true", "\"file\": \"a\", \"text\": \"b\""))
                .contains("file and text, expected exactly one of"));
        assertTrue(refusal("m.yaml", yaml.replace("openhcl_boot", "openhcl_bot"))
                .contains("unknown resource 'openhcl_bot', did you mean 'openhcl_boot'?"));
    }

    @Test
    void resourceFilesAreRelativeToThemselves(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("resources.json");
        Files.writeString(file, "{\"resources\": {\"uefi\": \"a\", \"uefi\": \"../b\"}}");
        Resources resources = ResourceReader.read(file);
        assertEquals(
                new ResourceSource.FromFile(folder.resolve("../b")),
                resources.find(ResourceKey.UEFI).orElseThrow());
        Resources other = resources.withOption("linux_kernel=k", folder);
        assertEquals(
                new ResourceSource.FromFile(folder.resolve("k")),
                other.find(ResourceKey.LINUX_KERNEL).orElseThrow());
        assertThrows(IgvmToolException.class, () -> resources.withOption("linux_kernal=k", folder));
        assertThrows(IgvmToolException.class, () -> resources.withOption("linux_kernel", folder));
    }

    @Test
    void refusesWhatIsNoManifestFile(@TempDir Path folder) throws IOException {
        assertTrue(fileRefusal(folder).contains("is a folder"));
        assertTrue(fileRefusal(folder.resolve("absent.json")).contains("no such file"));
        assertTrue(fileRefusal(Path.of("/dev/zero")).contains("not a regular file"));
        Path file = folder.resolve("m.json");
        Files.write(file, new byte[] {'"', (byte) 0xff, '"'});
        assertTrue(fileRefusal(file).contains("not UTF-8"));
        Files.writeString(file, "\"" + "x".repeat(DocumentReader.MAX_BYTES) + "\"");
        assertTrue(fileRefusal(file).contains("more than the 1048576"));
    }

    private static String fileRefusal(Path file) {
        return assertThrows(IgvmToolException.class, () -> ManifestReader.read(file))
                .getMessage();
    }
}
