package dev.igvmtool.host.acpi;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/** The header and checksum that every table has. Specification: ACPI 6.5, section 5.2.6. */
final class AcpiTable {
    /** Bytes of {@code DESCRIPTION_HEADER}. */
    static final int HEADER_BYTES = 36;

    /** Processors and memory that are there. */
    static final int ENABLED = 1;

    /** An APIC id that an xAPIC has; 0xff is the broadcast. */
    static final long MAX_XAPIC_ID = 0xfe;

    private static final int LENGTH_OFFSET = 4;
    private static final int CHECKSUM_OFFSET = 9;
    private static final int OEM_REVISION = 1;
    private static final int CREATOR_REVISION = 1;

    private AcpiTable() {}

    /** Starts a table. */
    static ByteWriter start(String signature, int revision) {
        return new ByteWriter()
                .bytes(Bytes.utf8(signature))
                .u32(0)
                .u8(revision)
                .u8(0)
                .bytes(Bytes.utf8("IGVMTL"))
                .bytes(Bytes.utf8("IGVMTOOL"))
                .u32(OEM_REVISION)
                .bytes(Bytes.utf8("IGVM"))
                .u32(CREATOR_REVISION);
    }

    /** Ends it: with its length, and the checksum that makes all bytes add up to 0. */
    static Bytes finish(ByteWriter table) {
        table.patchU32(LENGTH_OFFSET, table.size());
        byte[] bytes = table.toBytes().toByteArray();
        int sum = 0;
        for (byte value : bytes) {
            sum += value;
        }
        bytes[CHECKSUM_OFFSET] = (byte) -sum;
        return Bytes.wrap(bytes);
    }
}
