package dev.igvmtool.devicetree;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import java.util.List;

/**
 * A flattened device tree, read. The reader is made for hostile blobs: everything is checked before it is used, memory
 * is bounded by the size of the blob, and nesting costs no stack. Specification: Devicetree Specification 0.4,
 * chapter 5; the choice among lenient readings is that of openvmm, support/fdt/src/parser.rs.
 *
 * @param totalSize bytes of the blob as its header says; the buffer may have been larger
 * @param bootCpuidPhys hardware id of the boot processor, 32 bits
 * @param reservations memory reservation block without its terminator, in stored order; sizes may wrap past 2^64
 * @param root the root node, whose name is usually empty
 */
public record Fdt(int totalSize, long bootCpuidPhys, List<Reservation> reservations, Node root) {
    /** First four bytes of a blob. */
    public static final long MAGIC = 0xd00d_feedL;

    static final int HEADER_BYTES = 40;
    static final int RESERVATION_BYTES = 16;
    static final int VERSION = 17;
    static final int COMPATIBLE_VERSION = 16;
    static final int BEGIN_NODE = 1;
    static final int END_NODE = 2;
    static final int PROP = 3;
    static final int NOP = 4;
    static final int END = 9;

    public Fdt {
        reservations = List.copyOf(reservations);
    }

    /** An entry of the memory reservation block as stored. */
    public record Reservation(long address, long sizeBytes) {
        /** The reserved range; only for entries that do not wrap. */
        public GpaRange range() {
            return GpaRange.ofSize(address, sizeBytes);
        }
    }

    /**
     * Reads the tree at the start of {@code buffer}.
     *
     * @param buffer the blob, and whatever follows it in its area; 4-byte aligned in its memory
     * @throws FormatException if the blob breaks the format
     */
    public static Fdt parse(Bytes buffer) {
        try {
            return new FdtReader(buffer).read();
        } catch (FormatException e) {
            throw e.in("device tree");
        }
    }

    /**
     * Reads a tree of any version from 1 to 17, as leniently as dtc 1.6.1 does: blocks may stand in any order, what
     * follows the END token is not looked at, and properties may follow nodes. For trees of files; a machine's trees are
     * read by {@link #parse}.
     *
     * @param buffer the blob, and whatever follows it
     * @throws FormatException if even so the blob breaks the format
     */
    public static Fdt parseAnyVersion(Bytes buffer) {
        try {
            return new AnyVersionReader(buffer).read();
        } catch (FormatException e) {
            throw e.in("device tree");
        }
    }

    /**
     * The names of properties in a blob of any version, as they stand there.
     *
     * @throws FormatException if they lie outside the blob
     */
    public static StringsBlock strings(Bytes blob) {
        return new StringsBlock(new AnyVersionReader(blob).strings());
    }
}
