package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.GuestConfig;
import dev.igvmtool.builder.manifest.Image;
import dev.igvmtool.builder.manifest.IsolationConfig;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ManifestReader.ManifestFile;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.IgvmWriter;
import dev.igvmtool.format.check.Validator;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a manifest says that can be built: the image reads back, loads, and is the same twice. */
class BuildPropertyTest {
    private static final int RUNS = 24;
    private static final long MEMORY_BYTES = 1L << 30;

    @TempDir
    Path folder;

    private static BuiltImage build(ManifestFile file) {
        return ImageBuilder.build(file.manifest(), file.resources(), StagePrograms::image, BuildOptions.NONE);
    }

    @Test
    void generatedManifestsBuildReadBackAndLoad() throws IOException {
        TreeSet<String> kinds = new TreeSet<>();
        int loaded = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            Path manifest = GeneratedProject.write(seed, Files.createDirectory(folder.resolve("p" + seed)));
            try {
                loaded += check(manifest, kinds);
            } catch (IgvmToolException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + Files.readString(manifest), e);
            }
        }
        assertEquals(List.of("None", "Openhcl", "SnpLinuxDirect", "Uefi"), List.copyOf(kinds));
        assertFalse(loaded < RUNS / 3, loaded + " of " + RUNS + " were loaded");
    }

    /** Returns how many of its platforms the host loads. */
    private static int check(Path manifest, Set<String> kinds) throws IOException {
        ManifestFile file = ManifestReader.read(manifest);
        Bytes content = IgvmWriter.toBytes(build(file).file());
        assertEquals(
                content, IgvmWriter.toBytes(build(ManifestReader.read(manifest)).file()), "the same twice");
        IgvmFile read = IgvmReader.read(content);
        assertEquals(content, IgvmWriter.toBytes(read), "read back and written again");
        assertEquals(List.of(), Validator.validate(read));
        int loaded = 0;
        for (GuestConfig config : file.manifest().guestConfigs()) {
            kinds.add(config.image().getClass().getSimpleName());
            if (file.manifest().guestArch() == GuestArch.X64 && config.image() instanceof Image.Openhcl) {
                VmConfig machine = VmConfig.builder()
                        .isolation(isolation(config.isolation()))
                        .topology(2, MEMORY_BYTES, 1)
                        .build();
                assertFalse(IgvmLoader.plan(read, machine).steps().isEmpty());
                loaded++;
            }
        }
        return loaded;
    }

    private static Isolation isolation(IsolationConfig config) {
        if (config instanceof IsolationConfig.Snp) {
            return Isolation.SNP;
        }
        if (config instanceof IsolationConfig.Tdx) {
            return Isolation.TDX;
        }
        return config instanceof IsolationConfig.Vbs ? Isolation.VBS : Isolation.NONE;
    }
}
