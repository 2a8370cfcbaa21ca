package dev.igvmtool.host.hostile;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.partition.HostConduct;
import java.util.Optional;
import java.util.OptionalInt;

/** One thing that a host does other than it should. */
public sealed interface Lie {
    /** Any call, of those that are counted. */
    int EVERY_CALL = 0;

    /** A lie about the device tree that the host inserts. */
    sealed interface Tree extends Lie {}

    /** Device tree source merged into the host's tree, as if it stood below it in the same file. */
    record TreeSource(String source) implements Tree {}

    /** Bytes over the host's tree, which grows where it is too short. */
    record TreeBytes(int offset, Bytes value) implements Tree {}

    /** The host's tree cut to, or filled with zeros up to, a number of bytes. */
    record TreeSize(int sizeBytes) implements Tree {}

    /** Registers of a CPUID leaf; those that are empty stay true. Without a subleaf it counts for all. */
    record Cpuid(int leaf, OptionalInt subleaf, OptionalInt eax, OptionalInt ebx, OptionalInt ecx, OptionalInt edx)
            implements Lie {}

    /** What an MSR reads as, where the host or its hypervisor answers. */
    record MsrValue(int number, long value) implements Lie {}

    /**
     * The outcome of a hypercall.
     *
     * @param call which call with this code, from 1, or {@link #EVERY_CALL}
     */
    record Hypercall(int code, int call, HostConduct.HypercallAnswer answer) implements Lie {}

    /**
     * The answer to a VMGEXIT by the MSR protocol.
     *
     * @param request low 12 bits of the request
     * @param call which request of this kind, from 1, or {@link #EVERY_CALL}
     */
    record Ghcb(int request, int call, long answer) implements Lie {}

    /**
     * The status of a TDG.VP.VMCALL.
     *
     * @param function in R11
     * @param call which call of this function, from 1, or {@link #EVERY_CALL}
     */
    record Vmcall(long function, int call, long status) implements Lie {}

    /**
     * Something done to a page after the first step with a timeline event.
     *
     * @param after id of the event
     */
    record Page(String after, PagePlace place, PageDeed deed) implements Lie {}

    /** A word for reports. */
    default String describe() {
        if (this instanceof Cpuid it) {
            return String.format("CPUID 0x%x", it.leaf());
        }
        if (this instanceof MsrValue it) {
            return String.format("MSR 0x%x reads 0x%x", it.number(), it.value());
        }
        if (this instanceof Hypercall it) {
            return String.format("hypercall 0x%02x%s", it.code(), outcome(it.answer()));
        }
        if (this instanceof Ghcb it) {
            return String.format("GHCB request 0x%03x is answered 0x%x", it.request(), it.answer());
        }
        if (this instanceof Vmcall it) {
            return String.format("TDVMCALL 0x%x ends with 0x%x", it.function(), it.status());
        }
        if (this instanceof Page it) {
            return it.deed().describe() + " " + it.place().describe();
        }
        return "device tree";
    }

    private static String outcome(HostConduct.HypercallAnswer answer) {
        StringBuilder text = new StringBuilder();
        answer.status().ifPresent(status -> text.append(String.format(", status 0x%x", status)));
        answer.repsDone().ifPresent(reps -> text.append(", ").append(reps).append(" reps done"));
        Optional<Bytes> output = answer.output();
        output.ifPresent(bytes -> text.append(", output ").append(bytes.toHex()));
        return text.toString();
    }
}
