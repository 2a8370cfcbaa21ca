package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.host.worker.VirtualMachine;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a boot ended.
 *
 * @param result in one word
 * @param events of the timeline, in order
 * @param overlays stage programs that stood in place of machine code, in the order in which they were put there
 * @param handoff to the kernel, if the boot came that far
 * @param sidecarOutput page that the sidecar filled, as it was at the hand-over
 * @param shimLog text in the shim's log buffer, as it was at the hand-over, or at the end if there was none
 * @param failure what went wrong, if the result is {@link Result#FAILED}
 * @param bringUp of the sidecar's VPs, at the last start of VTL2
 * @param restarts how often VTL2 was replaced
 * @param vm as it stands
 */
public record BootOutcome(
        Result result,
        List<TimelineEvent> events,
        List<Overlay> overlays,
        Optional<Handoff> handoff,
        Optional<Bytes> sidecarOutput,
        Optional<Bytes> shimLog,
        Optional<Failure> failure,
        SidecarBringUp bringUp,
        int restarts,
        VirtualMachine vm) {
    public BootOutcome {
        events = List.copyOf(events);
        overlays = List.copyOf(overlays);
    }

    /** The ends that a boot can have. */
    public enum Result {
        /** VTL0 was still running when the limit of turns was reached. */
        GUEST_RUNNING,
        /** VTL0 has halted for good. */
        GUEST_FINISHED,
        /** AArch64: the kernel has taken what it was left, and waits; its user space is not run. */
        KERNEL_FINISHED,
        /** The event to stop at has happened. */
        STOPPED,
        /** Something cannot go on before VTL0 is through. */
        FAILED;

        /** The word that scripts see. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Why a boot failed.
     *
     * @param vp that cannot go on
     * @param vtl in which it is
     * @param rip where it stands
     * @param reason one line
     */
    public record Failure(int vp, int vtl, long rip, String reason) {}

    /** Steps retired. */
    public long steps() {
        return vm.machine().steps();
    }
}
