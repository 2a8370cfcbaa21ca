package dev.igvmtool.cli.debug;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.cli.StagePrograms;
import dev.igvmtool.cli.boot.StageOverlays;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Intervention;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.LogSource;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.ShimImage;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.loader.HostStep;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.host.worker.VirtualMachine;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An image in a machine that has not run yet, under the debugger.
 *
 * @param debugger at the first moment
 * @param structures of the image
 * @param origins of the bytes that were loaded
 * @param hostSteps what the host did before the first turn
 * @param symbolLines lines with which gdb loads symbols of what the image was built from
 */
public record DebugTarget(
        Debugger debugger,
        Structures structures,
        Origins origins,
        List<HostStep> hostSteps,
        Supplier<List<String>> symbolLines) {
    /**
     * What is known of an image besides its headers.
     *
     * @param content of the file
     * @param build builds the image again if it was built from a folder; called when a resource is asked for
     * @param map text of the map file beside it; empty if there is none
     */
    public record ImageFacts(Bytes content, Supplier<Optional<BuiltImage>> build, String map) {}

    /**
     * Loads an image.
     *
     * @param overlays stages to put over it, some of {@link StageOverlays#STAGES}
     * @param journal inputs that will come again
     * @throws IgvmToolException if the image cannot be loaded
     */
    public static DebugTarget load(
            IgvmFile image, ImageFacts facts, VmConfig config, List<String> overlays, Journal journal) {
        VirtualMachine vm = VirtualMachine.load(image, config, StagePrograms.forMachine(), Optional.empty());
        Machine machine = vm.machine();
        if (machine.partition().architecture() != Architecture.X64) {
            throw new IgvmToolException("image is for " + machine.partition().architecture()
                    + ", the debugger knows processors of X64; 'boot --trace' shows what happens");
        }
        Optional<ShimImage> shim = ShimImage.find(machine);
        ImageOrigins origins = new ImageOrigins(
                image,
                facts.content,
                IgvmLoader.plan(image, config),
                facts.build,
                facts.map.isEmpty() ? LayoutNames.none() : LayoutNames.of(facts.map));
        Intervention intervention = overlays.isEmpty() ? Intervention.NONE : putOver(machine, shim, overlays, origins);
        Debugger debugger =
                new Debugger(new History(machine, HistoryLimits.DEFAULT, journal, intervention), logs(vm, shim));
        return new DebugTarget(
                debugger, new Structures(debugger, shim), origins, vm.plan().steps(), origins::symbolLines);
    }

    /** Puts stages over the image; those of the kernel and the guest when they are about to run. */
    private static Intervention putOver(
            Machine machine, Optional<ShimImage> shim, List<String> stages, ImageOrigins origins) {
        ShimImage image = shim.orElseThrow(
                () -> new IgvmToolException("stages cannot be put over this image: it is not an OpenHCL image"));
        StageOverlays overlays = new StageOverlays(
                machine,
                image,
                stages,
                overlay -> origins.addOverlay(
                        overlay.range(), "stage " + overlay.stage() + " of this project, put over the image"));
        return unused -> overlays.afterTurn();
    }

    private static List<LogSource> logs(VirtualMachine vm, Optional<ShimImage> shim) {
        List<LogSource> logs = new ArrayList<>();
        shim.ifPresent(image -> logs.add(new ShimLog(vm.machine().physicalMemory(), image)));
        vm.vtl2Console().ifPresent(port -> logs.add(new SerialLog("serial", port)));
        if (vm.vtl2Console().isEmpty() || !vm.vtl2Console().get().equals(vm.guestConsole())) {
            logs.add(new SerialLog("guest-serial", vm.guestConsole()));
        }
        return logs;
    }

    private record SerialLog(String name, Serial port) implements LogSource {
        @Override
        public Bytes text() {
            return port.text();
        }
    }

    private record ShimLog(PhysicalMemory memory, ShimImage image) implements LogSource {
        @Override
        public String name() {
            return "shim-log";
        }

        @Override
        public Bytes text() {
            long gpa = image.gpaOf(image.params().logBufferStart());
            try {
                return new BootLogBuffer(memory, gpa).text(image.params().logBufferSize());
            } catch (FormatException overwritten) {
                return Bytes.EMPTY;
            }
        }
    }
}
