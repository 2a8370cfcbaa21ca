package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * {@code CCEL}: the ACPI table that tells where the event log of a confidential guest lies. Specification: ACPI 6.5,
 * section 5.2.34.
 *
 * @param ccType 2 is TDX
 * @param logMinimumBytes room for the log
 * @param logGpa its address
 */
public record CcelTable(int ccType, long logMinimumBytes, long logGpa) {
    /** {@link #ccType} of TDX. */
    public static final int TDX = 2;

    private static final int SIZE = 56;
    private static final Bytes SIGNATURE = Bytes.utf8("CCEL");

    /** @throws FormatException if it is no such table, or its checksum is wrong */
    public static CcelTable read(Bytes table) {
        if (table.size() < SIZE || !table.slice(0, 4).equals(SIGNATURE) || table.u32(4) != SIZE) {
            throw new FormatException("no CCEL table of " + SIZE + " bytes");
        }
        int sum = 0;
        for (int i = 0; i < SIZE; i++) {
            sum += table.u8(i);
        }
        if ((sum & 0xff) != 0) {
            throw new FormatException(String.format("CCEL table whose bytes add up to 0x%02x, expected 0", sum & 0xff));
        }
        return new CcelTable(table.u8(36), table.u64(40), table.u64(48));
    }
}
