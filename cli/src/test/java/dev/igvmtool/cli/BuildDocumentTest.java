package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.builder.manifest.ManifestSchema;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/build.md}: its commands run, and it leaves nothing out. */
class BuildDocumentTest {
    private static final Path ROOT =
            Samples.folder("openhcl-cvm").resolve("../..").normalize();

    @TempDir
    Path folder;

    private static String document() throws IOException {
        return Files.readString(ROOT.resolve("docs/build.md"));
    }

    @Test
    void commandsWithSamplesRun() throws IOException {
        List<String> commands = document()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("igvmtool build -m samples/"))
                .toList();
        assertEquals(5, commands.size(), commands.toString());
        for (String command : commands) {
            String[] words = command.replace(" samples/", " " + ROOT + "/samples/")
                    .replace(" build.lock", " " + folder + "/build.lock")
                    .replace(" openhcl.bin", " " + folder + "/openhcl.bin")
                    .split(" ");
            Outcome outcome =
                    TestConsole.run(List.of(words).subList(1, words.length).toArray(String[]::new));
            assertEquals(0, outcome.status(), command + ": " + outcome.err());
        }
        assertTrue(Files.exists(folder.resolve("openhcl.bin")));
    }

    @Test
    void everyKeyIsDescribed() throws IOException {
        String text = document();
        Matcher keys =
                Pattern.compile("\"([a-z0-9_]+)\" : \\{|\"([a-z0-9_]+)\": \\{").matcher(ManifestSchema.text());
        String schemaWords = " properties items defs variable flag u8 u32 u64 size words program file initrd_source"
                + " guest_config initrd_entry vbs_policy snp_policy tdx_policy manifest require_ephemeral_vmgs"
                + " require_secure_boot require_secure_boot_vars require_bcd_integrity custom_uefi_json"
                + " require_secure_avic ";
        while (keys.find()) {
            String key = keys.group(1) == null ? keys.group(2) : keys.group(1);
            assertTrue(text.contains(key) || schemaWords.contains(" " + key + " "), key);
        }
    }

    @Test
    void everyOptionOfItsOwnIsDescribed() throws IOException {
        for (String option :
                List.of("--plan", "--lock", "--check", "--json", "--set", "--root", "--resource", "--print-schema")) {
            assertTrue(document().contains(option), option);
            assertTrue(TestConsole.run("build", "--help").out().contains(option), option);
        }
    }
}
