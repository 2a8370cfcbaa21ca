package dev.igvmtool.cli.boot;

import dev.igvmtool.kernelstub.KernelMessages;
import dev.igvmtool.kernelstub.KernelStub;
import dev.igvmtool.kernelstub.arm.ArmKernelStub;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.guest.Architecture;

/** What the kernel of VTL2 has logged, whether its host may know it or not. */
final class KernelLogReader {
    private KernelLogReader() {}

    /** The log, a record in each line; empty if no kernel of this project has begun one. */
    static String text(Machine machine) {
        boolean arm = machine.partition().architecture() == Architecture.AARCH64;
        return machine.partition()
                .state()
                .keptBy(arm ? new ArmKernelStub().number() : new KernelStub().number())
                .map(kept -> KernelMessages.of(kept, machine.physicalMemory()))
                .orElse("");
    }
}
