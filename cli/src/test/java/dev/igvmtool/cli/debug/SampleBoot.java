package dev.igvmtool.cli.debug;

import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The sample image in a machine that has not run yet. */
public final class SampleBoot {
    private SampleBoot() {}

    public static Machine machine(int vps) {
        return machine(
                "openhcl-x64",
                VmConfig.builder().topology(vps, 1L << 30, vps > 1 ? 2 : 1).build());
    }

    static Machine machine(String sample, VmConfig config) {
        return VirtualMachine.load(
                        IgvmReader.read(BootImage.in(sample(sample))
                                .orElseThrow()
                                .build()
                                .content()),
                        config,
                        StagePrograms.forMachine(),
                        Optional.empty())
                .machine();
    }

    private static Path sample(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("samples/openhcl-x64/manifest.yaml"))) {
            folder = folder.getParent();
        }
        return folder.resolve("samples").resolve(name);
    }
}
