package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The table of GUIDed entries that ends 32 bytes before the end of an OVMF file, read backwards: each entry ends with
 * its size (16 bits, all of it) and GUID. Specification: OVMF, {@code ResetVector/Ia16/ResetVectorVtf0.asm}.
 */
final class GuidTable {
    private static final UUID FOOTER = UUID.fromString("96b582de-1fb2-45f7-baea-a366c55a082d");
    private static final int RESET_VECTOR_BYTES = 32;
    private static final int HEADER_BYTES = 18;

    private final Map<UUID, Bytes> entries = new HashMap<>();

    private GuidTable() {}

    /**
     * The table of a file; an empty one if it has none.
     *
     * @throws FormatException if an entry has an impossible size
     */
    static GuidTable read(Bytes file) {
        GuidTable table = new GuidTable();
        int footer = file.size() - RESET_VECTOR_BYTES - HEADER_BYTES;
        if (footer < 0 || !guid(file, footer + 2).equals(FOOTER)) {
            return table;
        }
        int size = file.u16(footer) - HEADER_BYTES;
        if (size < 0 || size > footer) {
            throw new FormatException(String.format(
                    "table of 0x%x bytes at the end of the firmware, expected 0x%x to 0x%x",
                    size + HEADER_BYTES, HEADER_BYTES, file.size() - RESET_VECTOR_BYTES));
        }
        table.readEntries(file.slice(footer - size, size));
        return table;
    }

    private void readEntries(Bytes table) {
        int end = table.size();
        while (end >= HEADER_BYTES) {
            int header = end - HEADER_BYTES;
            int size = table.u16(header);
            if (size < HEADER_BYTES || size > end) {
                throw new FormatException(String.format(
                        "entry %s of 0x%x bytes in the table at the end of the firmware, expected 0x%x to 0x%x",
                        guid(table, header + 2), size, HEADER_BYTES, end));
            }
            // The first that is found counts: it stands last.
            entries.putIfAbsent(guid(table, header + 2), table.slice(end - size, size - HEADER_BYTES));
            end -= size;
        }
    }

    /** Data of the entry, if there is one. */
    Optional<Bytes> entry(String guid) {
        return Optional.ofNullable(entries.get(UUID.fromString(guid)));
    }

    /**
     * Data of the entry, if there is one.
     *
     * @throws FormatException if it has fewer than {@code size} bytes
     */
    Optional<Bytes> entry(String guid, int size) {
        Optional<Bytes> entry = entry(guid);
        if (entry.isPresent() && entry.get().size() < size) {
            throw new FormatException(String.format(
                    "entry %s in the table at the end of the firmware has 0x%x bytes, expected 0x%x",
                    guid, entry.get().size(), size));
        }
        return entry;
    }

    /** The first three groups are little endian. */
    private static UUID guid(Bytes bytes, int offset) {
        long high = bytes.u32(offset) << 32 | (long) bytes.u16(offset + 4) << 16 | bytes.u16(offset + 6);
        return new UUID(high, Long.reverseBytes(bytes.u64(offset + 8)));
    }
}
