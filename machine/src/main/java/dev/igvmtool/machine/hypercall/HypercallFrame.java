package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.vp.Vp;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;

/**
 * One hypercall in progress: caller, input, and what has been put out. Its checks end the call with the status that the
 * specification gives for what they find.
 */
final class HypercallFrame {
    /** Page numbers are below this, so that addresses are positive. */
    private static final long PAGE_LIMIT = 1L << 40;

    private final Vp caller;
    private final Hypercall.Shape shape;
    private final HypercallControl control;
    private final Bytes input;
    private final byte[] output;
    private int repsDone;

    HypercallFrame(Vp caller, Hypercall.Shape shape, HypercallControl control, Bytes input) {
        this.caller = caller;
        this.shape = shape;
        this.control = control;
        this.input = input;
        this.output = new byte[shape.outputBytes(control.repCount())];
        this.repsDone = control.repStart();
    }

    Vp caller() {
        return caller;
    }

    Partition partition() {
        return caller.partition();
    }

    // ---- input ----

    /** The structure at the start of the input. */
    <T> T header(Codec<T> codec) {
        return codec.read(input);
    }

    /** What stands between the fixed input and the list. */
    Bytes variableHeader() {
        return input.slice(shape.input(), control.variableHeaderBytes());
    }

    /** Offset of element {@code i} in the input. */
    int elementOffset(int i) {
        return shape.input() + control.variableHeaderBytes() + i * shape.element();
    }

    Bytes input() {
        return input;
    }

    int repStart() {
        return control.repStart();
    }

    int repCount() {
        return control.repCount();
    }

    // ---- checks ----

    /** Ends the call with {@code status} unless {@code good}. */
    static void require(boolean good, int status) {
        if (!good) {
            throw new HypercallRefused(status);
        }
    }

    /** The id must name the caller's partition. */
    void requireOwnPartition(long id) {
        require(id == HvSelf.PARTITION || id == Partition.ID, HvStatus.INVALID_PARTITION_ID);
    }

    /** Reserved fields must be zero. */
    static void requireZero(Bytes reserved) {
        for (int i = 0; i < reserved.size(); i++) {
            require(reserved.get(i) == 0, HvStatus.INVALID_PARAMETER);
        }
    }

    /** Reserved fields must be zero. */
    static void requireZero(long reserved) {
        require(reserved == 0, HvStatus.INVALID_PARAMETER);
    }

    /** The VP that an index names. */
    Vp vp(int index) {
        if (index == HvSelf.VP) {
            return caller;
        }
        require(index >= 0 && index < partition().vpCount(), HvStatus.INVALID_VP_INDEX);
        return partition().vp(index);
    }

    /** The VTL that a field of the form {@link TargetVtl} names: the caller's own, or an explicit one not above it. */
    int vtl(int field) {
        require((field & ~0x1f) == 0, HvStatus.INVALID_PARAMETER);
        return plainVtl(new TargetVtl(field).vtl().orElse(caller.vtl()));
    }

    /** A VTL by its number, which must not be above the caller's own. */
    int plainVtl(int number) {
        require(number < partition().vtlCount(), HvStatus.INVALID_PARAMETER);
        require(number <= caller.vtl(), HvStatus.ACCESS_DENIED);
        return number;
    }

    /** The VTL must be enabled on the VP. */
    static void requireEnabled(Vp vp, int vtl) {
        require(vp.state().hasVtl(vtl), HvStatus.INVALID_VTL_STATE);
    }

    /** A page number that an address can have. */
    static long page(long page) {
        require(page >= 0 && page < PAGE_LIMIT, HvStatus.INVALID_PARAMETER);
        return page;
    }

    /** A page number, which must be that of RAM. */
    long ramPage(long page) {
        require(partition().physical().isRam(page(page) * PhysicalMemory.PAGE_SIZE), HvStatus.INVALID_PARAMETER);
        return page;
    }

    /** A vector that an APIC can take. */
    static int vector(int number) {
        require(number >= 16 && number <= 255, HvStatus.INVALID_PARAMETER);
        return number;
    }

    /** The VTL above the caller's that has asked for calls of an intercept type. */
    OptionalInt interceptor(int type) {
        return partition().interceptor(caller.vtl(), type, InterceptType.ACCESS_EXECUTE, 0);
    }

    /** Tells that the call has changed pages, end exclusive. */
    void reportPages(String change, long firstPage, long endPage) {
        if (partition().observed()) {
            partition()
                    .emit(new MachineEvent.PagesChanged(
                            caller.index(),
                            caller.vtl(),
                            change,
                            firstPage * PhysicalMemory.PAGE_SIZE,
                            (endPage - firstPage) * PhysicalMemory.PAGE_SIZE));
        }
    }

    // ---- outcome ----

    /** Reps completed, those before the start included. */
    int repsDone() {
        return repsDone;
    }

    /** Does the reps one by one until one fails; its status is the status of the call. */
    int forEachRep(IntUnaryOperator rep) {
        for (int i = repStart(); i < repCount(); i++) {
            int status = rep.applyAsInt(i);
            if (status != HvStatus.SUCCESS) {
                return status;
            }
            repsDone = i + 1;
        }
        return HvStatus.SUCCESS;
    }

    /**
     * Does the reps of a list of page numbers, those that follow each other at once: a list usually names a range.
     *
     * @param action gets the first page and the end, exclusive
     */
    int forEachPageRun(PageRunAction action) {
        long runStart = 0;
        long runEnd = 0;
        try {
            for (int i = repStart(); i < repCount(); i++) {
                long page = ramPage(input.u64(elementOffset(i)));
                if (page == runEnd && runStart < runEnd) {
                    runEnd++;
                } else {
                    act(action, runStart, runEnd);
                    runStart = page;
                    runEnd = page + 1;
                }
                repsDone = i + 1;
            }
        } finally {
            act(action, runStart, runEnd);
        }
        return HvStatus.SUCCESS;
    }

    private static void act(PageRunAction action, long start, long end) {
        if (start < end) {
            action.accept(start, end);
        }
    }

    /** Does something with pages, end exclusive. */
    @FunctionalInterface
    interface PageRunAction {
        void accept(long firstPage, long endPage);
    }

    /** Puts out a structure at the start of the output, or as one of its elements. */
    <T> void put(Codec<T> codec, int offset, T value) {
        putBytes(offset, codec.toBytes(value));
    }

    void putBytes(int offset, Bytes bytes) {
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
        answer.repsDone().ifPresent(reps -> repsDone = Math.max(0, Math.min(reps, repCount())));
        answer.output().ifPresent(content -> content.copyTo(0, output, 0, Math.min(content.size(), output.length)));
    }

    /**
     * What goes to the caller: output of a simple call only on success, of a rep call that of the reps done now.
     *
     * @return offset in the output area, and bytes
     */
    Output output(int status) {
        Bytes all = Bytes.of(output);
        if (!shape.rep()) {
            return new Output(0, status == HvStatus.SUCCESS ? all : Bytes.EMPTY);
        }
        int start = Math.min(repStart(), repsDone) * shape.outputElement();
        return new Output(start, all.slice(start, repsDone * shape.outputElement() - start));
    }

    /** Bytes for the caller, {@code offset} from the start of its output area. */
    record Output(int offset, Bytes bytes) {}
}
