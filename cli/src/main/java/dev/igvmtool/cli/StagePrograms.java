package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.bootshim.BootShim;
import dev.igvmtool.guest.GuestStub;
import dev.igvmtool.init.Init;
import dev.igvmtool.kernelstub.KernelStub;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.paravisor.ParavisorRuntime;
import dev.igvmtool.sidecar.Sidecar;
import java.util.List;
import java.util.Optional;

/** The stage programs of this project, in the order in which they run. */
public final class StagePrograms {
    private static final List<Program> ALL = List.of(
            new BootShim(), new Sidecar(), new KernelStub(), new Init(), new ParavisorRuntime(), new GuestStub());

    private StagePrograms() {}

    /** Every stage. */
    public static List<Program> all() {
        return ALL;
    }

    /** Every stage, for a machine. */
    public static Programs forMachine() {
        return new Programs(ALL);
    }

    /** The stage of a name. */
    public static Optional<Program> find(String name) {
        return ALL.stream().filter(program -> program.name().equals(name)).findFirst();
    }

    /** The executable of the stage of a name. */
    public static Optional<Bytes> image(String name) {
        return find(name).map(StageImage::elf);
    }
}
