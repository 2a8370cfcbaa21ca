package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.bootshim.ArmBootShim;
import dev.igvmtool.bootshim.BootShim;
import dev.igvmtool.guest.GuestStub;
import dev.igvmtool.init.Init;
import dev.igvmtool.kernelstub.KernelStub;
import dev.igvmtool.kernelstub.arm.ArmKernelStub;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.paravisor.ParavisorRuntime;
import dev.igvmtool.sidecar.Sidecar;
import java.util.List;
import java.util.Optional;

/** The stage programs of this project, in the order in which they run. */
public final class StagePrograms {
    private static final List<Program> ALL = List.of(
            new BootShim(),
            new Sidecar(),
            new KernelStub(),
            new Init(),
            new ParavisorRuntime(),
            new GuestStub(),
            new ArmBootShim(),
            new ArmKernelStub());

    private static final String AARCH64_SUFFIX = "-arm64";

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

    /** The program of a stage on an architecture, if the stage is there. */
    public static Optional<Program> find(String stage, Architecture architecture) {
        return find(architecture == Architecture.AARCH64 ? stage + AARCH64_SUFFIX : stage);
    }

    /** The executable of the stage of a name: an ELF file, or a flat kernel image. */
    public static Optional<Bytes> image(String name) {
        return find(name).map(StagePrograms::file);
    }

    /** The executable of a stage. */
    public static Bytes file(Program program) {
        return isFlat(program) ? StageImage.arm64Image(program) : StageImage.elf(program);
    }

    /** True for kernels of AArch64, which boot loaders want without ELF headers. */
    public static boolean isFlat(Program program) {
        return program instanceof ArmKernelStub;
    }
}
