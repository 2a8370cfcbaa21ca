package dev.igvmtool.cli.handoff;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.StageOverlays;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The image of a case, built, loaded and run by the Java boot shim and sidecar up to the kernel's first instruction. The
 * hypervisor of the cases offers VTL2 neither intercept page nor return actions.
 */
final class HandoffRun {
    private static final long MAX_TURNS = 5_000_000;

    private final List<MachineEvent> events = new ArrayList<>();
    private final Boot boot;
    private final BootOutcome outcome;

    HandoffRun(HandoffCase golden) {
        BootOptions options = new BootOptions(StageOverlays.STAGES, Optional.of("S46"), MAX_TURNS);
        boot = new Boot(
                image(golden),
                HostConfigReader.read(golden.configFile())
                        .interceptPageAvailable(false)
                        .returnActionsAvailable(false)
                        .build(),
                options,
                List.of(),
                Optional.of(event -> {
                    if (!(event instanceof MachineEvent.MemoryRead) && !(event instanceof MachineEvent.MemoryWrite)) {
                        events.add(event);
                    }
                }));
        outcome = boot.run();
    }

    private static IgvmFile image(HandoffCase golden) {
        return ImageBuilder.build(
                        ManifestReader.read(golden.folder().resolve("manifest.json"))
                                .manifest(),
                        ResourceReader.read(golden.folder().resolve("resources.json")),
                        StageImages.none(),
                        BuildOptions.NONE)
                .file();
    }

    BootOutcome outcome() {
        return outcome;
    }

    boolean reachesKernel() {
        return outcome.result() == BootOutcome.Result.STOPPED;
    }

    Vp bootProcessor() {
        return outcome.vm().machine().vp(0);
    }

    PhysicalMemory memory() {
        return outcome.vm().machine().physicalMemory();
    }

    /** What happened, memory accesses left out. */
    List<MachineEvent> events() {
        return events;
    }

    long shimBase() {
        return boot.shim().orElseThrow().shimBase();
    }

    /** What RSI says at the kernel's entry. */
    BootParams bootParams() {
        return memory().read(BootParams.CODEC, bootProcessor().get(Gpr.RSI));
    }

    /** The chain of setup data, element by element: address from the shim's base, type, length. */
    List<String> chain() {
        List<String> chain = new ArrayList<>();
        for (long at = bootParams().setupData(); at != 0; ) {
            SetupData header = memory().read(SetupData.CODEC, at);
            chain.add(String.format("shim+0x%x %d %d", at - shimBase(), header.type(), header.len()));
            at = header.next();
        }
        return chain;
    }

    /** Content of the first element of the chain with a type. */
    Bytes setupData(int type) {
        for (long at = bootParams().setupData(); at != 0; ) {
            SetupData header = memory().read(SetupData.CODEC, at);
            if (header.type() == type) {
                return memory().readBytes(at + SetupData.CODEC.size(), (int) header.len());
            }
            at = header.next();
        }
        return Bytes.EMPTY;
    }

    /** What the host wrote to the crash registers: P0 to P4 and the control word. */
    long[] crash() {
        long[] crash = new long[6];
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.MsrWrite write
                    && write.number() >= 0x4000_0100
                    && write.number() <= 0x4000_0105) {
                crash[write.number() - 0x4000_0100] = write.value();
            }
        }
        return crash;
    }
}
