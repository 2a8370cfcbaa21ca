package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The code page that the hypervisor lays over guest memory: offsets and bytes as openvmm has them (Intel form). */
public final class HypercallPage {
    /** Bit 0 of MSR 0x40000001. */
    public static final long ENABLED = 1;

    /** Bit 1: the register can no longer be changed. */
    public static final long LOCKED = 2;

    /** Bits that must be zero. */
    public static final long RESERVED = 0xffc;

    /** Offsets of VTL call (bits 0-11) and VTL return (bits 12-23): register VsmCodePageOffsets. */
    public static final long VTL_OFFSETS = 0x26 << 12 | 0x0f;

    private static final byte[] CALL = parse("0f01c1c3");
    private static final byte[] VTL_CALL_32 = parse("89c1b8110000000f01c1c3");
    private static final byte[] VTL_CALL = parse("4889c8b9110000000f01c1c3");
    private static final byte[] VTL_RETURN_32 = parse("89c1b8120000000f01c1c3");
    private static final byte[] VTL_RETURN = parse("4889c8b9120000000f01c1c3");

    /** The whole page. */
    public static final Bytes CONTENT = page(CALL, VTL_CALL_32, VTL_CALL, VTL_RETURN_32, VTL_RETURN);

    /** Bytes that must be read to recognise a sequence. */
    public static final int LONGEST_SEQUENCE = 12;

    /** What the code at an address of the page does. */
    public enum Sequence {
        CALL,
        VTL_CALL,
        VTL_RETURN
    }

    private HypercallPage() {}

    /** The 64-bit sequence at the start of {@code code}, wherever it was copied from the page. */
    public static Optional<Sequence> recognise(byte[] code) {
        if (startsWith(code, CALL)) {
            return Optional.of(Sequence.CALL);
        }
        if (startsWith(code, VTL_CALL)) {
            return Optional.of(Sequence.VTL_CALL);
        }
        return startsWith(code, VTL_RETURN) ? Optional.of(Sequence.VTL_RETURN) : Optional.empty();
    }

    private static boolean startsWith(byte[] code, byte[] sequence) {
        return Arrays.equals(code, 0, sequence.length, sequence, 0, sequence.length);
    }

    private static byte[] parse(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Bytes page(byte[]... sequences) {
        byte[] page = new byte[PhysicalMemory.PAGE_SIZE];
        Arrays.fill(page, (byte) 0xcc);
        int at = 0;
        for (byte[] sequence : sequences) {
            System.arraycopy(sequence, 0, page, at, sequence.length);
            at += sequence.length;
        }
        return Bytes.wrap(page);
    }
}
