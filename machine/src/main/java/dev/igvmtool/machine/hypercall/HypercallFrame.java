package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.vp.Vp;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** One hypercall in progress: caller, input, and what has been put out. */
final class HypercallFrame {
    private final Vp caller;
    private final Hypercall.Shape shape;
    private final Bytes input;
    private final int repStart;
    private final int repCount;
    private final byte[] output;
    private int repsDone;

    HypercallFrame(Vp caller, Hypercall.Shape shape, Bytes input, int repStart, int repCount) {
        this.caller = caller;
        this.shape = shape;
        this.input = input;
        this.repStart = repStart;
        this.repCount = repCount;
        this.output = new byte[shape.outputBytes(repCount)];
        this.repsDone = repStart;
    }

    Vp caller() {
        return caller;
    }

    Partition partition() {
        return caller.partition();
    }

    /** The structure at the start of the input. */
    <T> T header(Codec<T> codec) {
        return codec.read(input);
    }

    /** Offset of element {@code i} in the input. */
    int elementOffset(int i) {
        return shape.input() + i * shape.element();
    }

    Bytes input() {
        return input;
    }

    int repStart() {
        return repStart;
    }

    int repCount() {
        return repCount;
    }

    /** Reps completed, those before the start included. */
    int repsDone() {
        return repsDone;
    }

    void setRepsDone(int count) {
        repsDone = count;
    }

    /** Does the reps one by one until one fails; its status is the status of the call. */
    int forEachRep(IntUnaryOperator rep) {
        for (int i = repStart; i < repCount; i++) {
            int status = rep.applyAsInt(i);
            if (status != HvStatus.SUCCESS) {
                return status;
            }
            repsDone = i + 1;
        }
        return HvStatus.SUCCESS;
    }

    /** Puts out a structure at the start of the output, or as one of its elements. */
    <T> void put(Codec<T> codec, int offset, T value) {
        Bytes bytes = codec.toBytes(value);
        bytes.copyTo(0, output, offset, bytes.size());
    }

    void putU64(int offset, long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            output[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    void putU32(int offset, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            output[offset + i] = (byte) (value >>> 8 * i);
        }
    }

    /** Puts what the host says in place of what was done. */
    void falsify(HostConduct.HypercallAnswer answer) {
        answer.repsDone().ifPresent(reps -> repsDone = Math.max(0, Math.min(reps, repCount)));
        answer.output().ifPresent(content -> content.copyTo(0, output, 0, Math.min(content.size(), output.length)));
    }

    byte[] output() {
        return output;
    }

    /** True if the id is the caller's partition. */
    boolean isOwnPartition(long id) {
        return id == HvSelf.PARTITION || id == Partition.ID;
    }

    /** The VP that an index names; null if there is none. */
    @Nullable
    Vp vp(int index) {
        if (index == HvSelf.VP) {
            return caller;
        }
        return index >= 0 && index < partition().vpCount() ? partition().vp(index) : null;
    }

    /** The VTL that an input field names: the caller's own, or an explicit one. */
    int vtl(int field) {
        return new TargetVtl(field).vtl().orElse(caller.vtl());
    }
}
