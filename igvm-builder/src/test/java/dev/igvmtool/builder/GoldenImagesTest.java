package dev.igvmtool.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file of every case, byte for byte as the reference generator made it. */
class GoldenImagesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "aarch64-linux",
                "base-fixed",
                "linux-noinitrd",
                "openhcl-aarch64-dev",
                "openhcl-aarch64-release",
                "openhcl-x64-cvm-dev",
                "openhcl-x64-cvm-release",
                "openhcl-x64-dev",
                "openhcl-x64-direct-dev",
                "openhcl-x64-direct-release",
                "openhcl-x64-release",
                "policy-sivm",
                "reloc-minimal",
                "snp-direct-noinitrd",
                "snp-linux-direct",
                "snp-linux-direct-multi-vp",
                "snp-restricted",
                "static-cmdline",
                "tdx-debug",
                "uefi-aarch64",
                "uefi-x64",
                "vbs-only"
            })
    void equalsTheReference(String name) throws IOException {
        Path folder = SharedTestData.require("golden/cases/" + name);
        BuiltImage built = ImageBuilder.build(
                ManifestReader.read(folder.resolve("manifest.json")).manifest(),
                ResourceReader.read(folder.resolve("resources.json")),
                StageImages.none(),
                BuildOptions.NONE);
        Path expected = folder.resolve("expected");
        String image = name + ".bin";
        assertEquals(Files.readString(expected.resolve(image + ".map")), built.map());
        assertSame(expected.resolve(image), IgvmWriter.toBytes(built.file()));
        TreeSet<String> written = new TreeSet<>();
        written.add(image);
        written.add(image + ".map");
        for (BuiltImage.Companion companion : built.companions()) {
            written.add(name + companion.suffix());
            assertSame(expected.resolve(name + companion.suffix()), companion.content());
        }
        try (Stream<Path> files = Files.list(expected)) {
            assertEquals(
                    files.map(it -> it.getFileName().toString()).sorted().toList(),
                    written.stream().toList());
        }
    }

    private static void assertSame(Path expected, Bytes actual) throws IOException {
        Bytes content = Bytes.wrap(Files.readAllBytes(expected));
        int at = 0;
        while (at < Math.min(content.size(), actual.size()) && content.get(at) == actual.get(at)) {
            at++;
        }
        int first = at;
        assertTrue(
                content.equals(actual),
                () -> String.format(
                        "%s differs at 0x%x: 0x%x bytes instead of 0x%x",
                        expected.getFileName(), first, actual.size(), content.size()));
    }
}
