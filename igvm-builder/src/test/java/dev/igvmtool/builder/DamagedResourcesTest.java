package dev.igvmtool.builder;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.Manifest;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceKey;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.ResourceSource;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole builds with one resource damaged where its headers are: an image, or one line that says why not. */
class DamagedResourcesTest {
    private static final int ROUNDS = 120;

    @ParameterizedTest
    @CsvSource({
        "openhcl-x64-dev, UNDERHILL_KERNEL, 0, 300",
        "openhcl-x64-dev, OPENHCL_BOOT, 0, 300",
        "openhcl-x64-dev, UNDERHILL_SIDECAR, 0, 300",
        "openhcl-x64-dev, UEFI, 6160384, 300",
        "openhcl-x64-direct-dev, LINUX_KERNEL, 0, 300",
        "openhcl-aarch64-dev, UNDERHILL_KERNEL, 0, 64",
        "openhcl-aarch64-dev, OPENHCL_BOOT, 0, 300",
    })
    void isBuiltOrRefused(String name, ResourceKey key, int from, int length) throws IOException {
        Path folder = SharedTestData.require("golden/cases/" + name);
        Manifest manifest = ManifestReader.read(folder.resolve("manifest.json")).manifest();
        Resources resources = ResourceReader.read(folder.resolve("resources.json"));
        Path source = ((ResourceSource.FromFile) resources.find(key).orElseThrow()).path();
        byte[] good = Files.readAllBytes(source);
        Resources replaced = resources.with(key, new ResourceSource.FromStage("damaged"));
        Random random = new Random(42);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = good.clone();
            StringBuilder damage = new StringBuilder();
            for (int i = 0; i <= round % 3; i++) {
                int at = from + random.nextInt(length);
                int value = new int[] {0, 0xff, 0x7f, 0x80, damaged[at] ^ 1 << random.nextInt(8)}[random.nextInt(5)];
                damaged[at] = (byte) value;
                damage.append(String.format(" [0x%x]=0x%02x", at, value & 0xff));
            }
            Bytes content = Bytes.wrap(damaged);
            StageImages stages = stage -> Optional.of(content);
            try {
                ImageBuilder.build(manifest, replaced, stages, BuildOptions.NONE);
            } catch (IgvmToolException e) {
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            } catch (RuntimeException | OutOfMemoryError e) {
                throw new AssertionError(key + " with" + damage, e);
            }
        }
    }
}
