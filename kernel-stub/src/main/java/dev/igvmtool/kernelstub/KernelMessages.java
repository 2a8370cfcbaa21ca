package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.kernelstub.arm.ArmKernelState;
import dev.igvmtool.kernelstub.state.EarlyPanic;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.kernelstub.state.KernelState;

/**
 * The kernel's messages for somebody who looks at the machine from outside: those that a guest does not tell a host that
 * it does not trust.
 */
public final class KernelMessages {
    private KernelMessages() {}

    /**
     * The log as {@code /dev/kmsg} would give it out; empty without one.
     *
     * @param kept the private record of {@link KernelStub} or {@link dev.igvmtool.kernelstub.arm.ArmKernelStub}
     * @param physical memory by guest physical address
     */
    public static String of(Record kept, Memory physical) {
        if (kept instanceof EarlyPanic panic) {
            return "0,0,0,-;" + panic.message() + "\n";
        }
        if (kept instanceof ArmKernelState state) {
            return new KernelLog(physical, state.log()).text();
        }
        return kept instanceof KernelState state && !state.layout().log().isEmpty()
                ? new KernelLog(physical, state.layout().log()).text()
                : "";
    }
}
