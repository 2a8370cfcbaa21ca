package dev.igvmtool.paravisor.vtl0;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;

/** Wraps a table body into the common ACPI header of 36 bytes with its checksum. */
final class AcpiTable {
    static final int HEADER_BYTES = 36;
    private static final int CHECKSUM = 9;

    private AcpiTable() {}

    /** A table made by this loader. */
    static Bytes of(String signature, int revision, Bytes body) {
        return of(signature, revision, "HVLITE", "HVLITETB", 0, "MSHV", 0, body);
    }

    static Bytes of(
            String signature,
            int revision,
            String oemId,
            String oemTableId,
            int oemRevision,
            String creator,
            int creatorRevision,
            Bytes body) {
        ByteWriter writer = new ByteWriter()
                .bytes(Bytes.utf8(signature))
                .u32(HEADER_BYTES + body.size())
                .u8(revision)
                .u8(0)
                .bytes(Bytes.utf8(oemId))
                .bytes(Bytes.utf8(oemTableId).paddedTo(8))
                .u32(oemRevision)
                .bytes(Bytes.utf8(creator))
                .u32(creatorRevision)
                .bytes(body);
        byte[] table = writer.toBytes().toByteArray();
        table[CHECKSUM] = checksum(table, table.length);
        return Bytes.wrap(table);
    }

    /** The byte that makes the first {@code length} bytes sum to zero, its own place being zero. */
    static byte checksum(byte[] table, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += table[i];
        }
        return (byte) -sum;
    }
}
