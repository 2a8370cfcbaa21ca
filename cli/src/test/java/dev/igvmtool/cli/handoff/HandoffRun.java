package dev.igvmtool.cli.handoff;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.BootShim;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.load.StageImages;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.sidecar.Sidecar;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The image of a case, built, loaded and run by the Java boot shim and sidecar up to the kernel's first instruction. */
final class HandoffRun {
    private static final long MAX_STEPS = 5_000_000;

    private final VirtualMachine vm;
    private final long shimBase;
    private final long kernelEntry;
    private final List<MachineEvent> events = new ArrayList<>();

    HandoffRun(HandoffCase golden) {
        BootShim shim = new BootShim();
        Sidecar sidecar = new Sidecar();
        vm = VirtualMachine.load(
                image(golden),
                HostConfigReader.read(golden.configFile()).build(),
                new Programs(List.of(shim, sidecar)),
                Optional.of(event -> {
                    if (!(event instanceof MachineEvent.MemoryRead) && !(event instanceof MachineEvent.MemoryWrite)) {
                        events.add(event);
                    }
                }));
        shimBase = vm.machine().vp(0).rip() - shim.layout().entryOffset();
        ShimParams params =
                memory().read(ShimParams.CODEC, shimBase + vm.machine().vp(0).get(Gpr.RSI));
        kernelEntry = shimBase + params.kernelEntryOffset();
        overlay(shim, vm.machine().vp(0).rip());
        if (params.sidecarSize() != 0) {
            overlay(sidecar, shimBase + params.sidecarEntryOffset());
        }
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

    /** The steps in place of the code at an executable's entry; everything else of it stays. */
    private void overlay(Program program, long entry) {
        memory().writeBytes(entry, StageImage.slots(program));
    }

    Machine machine() {
        return vm.machine();
    }

    PhysicalMemory memory() {
        return vm.machine().physicalMemory();
    }

    List<MachineEvent> events() {
        return events;
    }

    long shimBase() {
        return shimBase;
    }

    /** Runs until the kernel is about to start; false if it never is. */
    boolean reachesKernel() {
        machine().run(MAX_STEPS, m -> m.vp(0).rip() == kernelEntry);
        return machine().vp(0).rip() == kernelEntry;
    }

    /** What RSI says at the kernel's entry. */
    BootParams bootParams() {
        return memory().read(BootParams.CODEC, machine().vp(0).get(Gpr.RSI));
    }

    /** Content of the first link of the setup_data chain with a type. */
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

    /** The whole memory map, that of the chain included. */
    List<E820Entry> e820() {
        List<E820Entry> map = new ArrayList<>(bootParams().e820Table());
        Bytes more = setupData(SetupData.E820_EXT);
        for (int at = 0; at < more.size(); at += E820Entry.CODEC.size()) {
            map.add(E820Entry.CODEC.read(more, at));
        }
        return map;
    }

    /** The command line, without terminator. */
    String commandLine() {
        StringBuilder text = new StringBuilder();
        long address = bootParams().cmdLinePtr();
        for (int character = memory().readU8(address); character != 0; character = memory().readU8(address)) {
            text.append((char) character);
            address++;
        }
        return text.toString();
    }
}
