package dev.igvmtool.machine.partition;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the host does its part: every answer of the host and its hypervisor passes here on its way to the guest, and after
 * each step the host may act. A host that lies must do so as a function of what it has seen, since a machine can go back
 * in time; what it remembers is part of the machine's snapshots.
 */
public interface HostConduct {
    /** Does everything as the guest may expect. */
    HostConduct HONEST = new HostConduct() {};

    /**
     * What a hypercall gives in place of its true outcome.
     *
     * @param status with which the call is refused before it has any effect; empty to let it run
     * @param repsDone in place of those that were done
     * @param output in place of the true one, of which the first bytes are overwritten
     */
    record HypercallAnswer(OptionalInt status, OptionalInt repsDone, Optional<Bytes> output) {}

    /** State of a host that remembers nothing. */
    record NoMemory() {}

    /** A false answer to the hypercall that a VP is about to make; empty for the true one. */
    default Optional<HypercallAnswer> hypercall(int vp, int code) {
        return Optional.empty();
    }

    /** What CPUID gives. */
    default CpuidResult cpuid(int leaf, int subleaf, CpuidResult truth) {
        return truth;
    }

    /** What the read of an MSR gives. */
    default long msr(int number, long truth) {
        return truth;
    }

    /** What the GHCB register holds after a VMGEXIT by the MSR protocol. */
    default long ghcb(long request, long truth) {
        return truth;
    }

    /** Status, in R10, of TDG.VP.VMCALL by the common protocol. */
    default long vmcall(long function, long truth) {
        return truth;
    }

    /** A step has run to its end; {@code timelineId} is its event, if it has one. */
    default void afterStep(Partition partition, int vp, Optional<String> timelineId) {}

    /** What the host remembers, for snapshots. */
    default Record save() {
        return new NoMemory();
    }

    /** Goes back to a state that {@link #save} returned. */
    default void restore(Record state) {}
}
