package dev.igvmtool.measurement.ovmf;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.Sha;
import java.util.UUID;

/**
 * {@code PaddedSevHashTable}: SHA-256 of what the host hands to OVMF beside the measured firmware, which compares.
 * Specification: QEMU, {@code target/i386/sev.c: sev_add_kernel_loader_hashes}.
 *
 * @param commandLine hash of the text with a zero byte at its end
 * @param initrd hash of the file, of nothing if there is none
 * @param kernel hash of the file
 */
public record KernelHashes(Bytes commandLine, Bytes initrd, Bytes kernel) {
    /** Bytes of the table with its padding. */
    static final int SIZE = 176;

    private static final String TABLE = "9438d606-4f22-4cc9-b479-a793d411fd21";
    private static final String COMMAND_LINE = "97d02dd8-bd20-4c94-aa78-e7714d36ab2a";
    private static final String INITRD = "44baf731-3a2f-4bd7-9af1-41e29169781d";
    private static final String KERNEL = "4de79437-abd2-427f-b835-d5b172d2045b";
    private static final int HEADER_BYTES = 18;
    private static final int ENTRY_BYTES = 50;
    private static final int PAGE = 4096;

    /**
     * Hashes what is given.
     *
     * @param initrd empty if there is none
     * @param commandLine without the zero byte; empty if there is none
     */
    public static KernelHashes of(Bytes kernel, Bytes initrd, String commandLine) {
        return new KernelHashes(Sha.sha256(Bytes.utf8(commandLine + "\0")), Sha.sha256(initrd), Sha.sha256(kernel));
    }

    /** The table, padded to a multiple of 16 bytes. */
    Bytes toBytes() {
        ByteWriter out = new ByteWriter();
        guid(out, TABLE).u16(HEADER_BYTES + 3 * ENTRY_BYTES);
        guid(out, COMMAND_LINE).u16(ENTRY_BYTES).bytes(commandLine);
        guid(out, INITRD).u16(ENTRY_BYTES).bytes(initrd);
        guid(out, KERNEL).u16(ENTRY_BYTES).bytes(kernel);
        return out.alignTo(16).toBytes();
    }

    /** The page of zeros around the table at {@code gpa}. */
    Bytes page(long gpa) {
        int offset = (int) (gpa % PAGE);
        if (offset + SIZE > PAGE) {
            throw new FormatException(
                    String.format("hashes table of 0x%x bytes at GPA 0x%x, expected it within one page", SIZE, gpa));
        }
        return new ByteWriter().zeros(offset).bytes(toBytes()).alignTo(PAGE).toBytes();
    }

    private static ByteWriter guid(ByteWriter out, String text) {
        UUID guid = UUID.fromString(text);
        long high = guid.getMostSignificantBits();
        return out.u32(high >>> 32)
                .u16((int) (high >>> 16 & 0xffff))
                .u16((int) (high & 0xffff))
                .u64(Long.reverseBytes(guid.getLeastSignificantBits()));
    }
}
