package dev.igvmtool.abi.snp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Gpr;

/**
 * The guest-hypervisor communication block (GHCB specification, section 2.6): a page that guest and hypervisor share. A
 * guest writes what it asks for and marks each field that it gives as valid; so does the hypervisor with its answer. A
 * view; a setter marks its field, too.
 *
 * @param memory where the page is
 * @param address first byte of the page
 */
public record Ghcb(Memory memory, long address) {
    public static final int SIZE = 4096;

    /** One bit for each u64 of the save area that is given. */
    public static final int VALID_BITMAP = 0x3f0;

    public static final int EXIT_CODE = 0x390;
    public static final int EXIT_INFO_1 = 0x398;
    public static final int EXIT_INFO_2 = 0x3a0;
    /** Address of more input. */
    public static final int SCRATCH = 0x3a8;

    /** Room for more input. */
    public static final int SHARED_BUFFER = 0x800;

    public static final int SHARED_BUFFER_BYTES = 2032;
    /** u16. */
    public static final int PROTOCOL_VERSION = 0xffa;
    /** u32. */
    public static final int USAGE = 0xffc;

    /** The protocol of this page layout. */
    public static final int VERSION = 2;

    public static final long USAGE_BASE = 0;
    /** Hyper-V: the page holds a hypercall. */
    public static final long USAGE_HYPERCALL = 1;
    /** What a guest leaves behind, so that no request is taken for another. */
    public static final long USAGE_INVALID = 0xffff_ffffL;

    /** Hyper-V: input, from the start of the page. */
    public static final int HYPERCALL_INPUT_BYTES = 0xfe8;
    /** Hyper-V: address of the output. */
    public static final int HYPERCALL_OUTPUT_GPA = 0xfe8;
    /** Hyper-V: control word, replaced by the result. */
    public static final int HYPERCALL_CONTROL = 0xff0;

    /** Low half of {@link #EXIT_INFO_1} in an answer: nothing more to do. */
    public static final int DONE = 0;
    /** The guest shall take the exception in {@link #EXIT_INFO_2}, which has the form of {@link Vmsa#EVENT_INJECTION}. */
    public static final int TAKE_EXCEPTION = 1;
    /** The request is malformed; {@link #EXIT_INFO_2} says how. */
    public static final int MALFORMED = 2;

    public static final long NOT_REGISTERED = 1;
    public static final long INVALID_USAGE = 2;
    public static final long INVALID_SCRATCH = 3;
    public static final long MISSING_INPUT = 4;
    public static final long INVALID_INPUT = 5;
    public static final long INVALID_EVENT = 6;

    /** Request of {@link SvmExit#AP_CREATION}: run after the next INIT. */
    public static final int AP_CREATE_ON_INIT = 0;
    /** Request of {@link SvmExit#AP_CREATION}: run now. */
    public static final int AP_CREATE = 1;

    public static final int AP_DESTROY = 2;

    /** The field at an offset. */
    public long get(int offset) {
        return memory.readU64(address + offset);
    }

    /** Sets the field at an offset and marks it. */
    public void set(int offset, long value) {
        memory.writeU64(address + offset, value);
        long bits = address + VALID_BITMAP + offset / 64;
        memory.writeU8(bits, memory.readU8(bits) | 1 << offset / 8 % 8);
    }

    /** Value of a general register. */
    public long get(Gpr register) {
        return get(Vmsa.offsetOf(register));
    }

    /** Sets a general register and marks it. */
    public void set(Gpr register, long value) {
        set(Vmsa.offsetOf(register), value);
    }

    /** True if the field at an offset is marked. */
    public boolean isValid(int offset) {
        return (memory.readU8(address + VALID_BITMAP + offset / 64) >> offset / 8 % 8 & 1) != 0;
    }

    /** True if a general register is marked. */
    public boolean isValid(Gpr register) {
        return isValid(Vmsa.offsetOf(register));
    }

    /** Unmarks all fields. */
    public void clearValid() {
        memory.writeU64(address + VALID_BITMAP, 0);
        memory.writeU64(address + VALID_BITMAP + Long.BYTES, 0);
    }

    public int protocolVersion() {
        return memory.readU16(address + PROTOCOL_VERSION);
    }

    public long usage() {
        return memory.readU32(address + USAGE);
    }

    /** Makes the page one of {@link #VERSION} for a use. */
    public void setUsage(long usage) {
        memory.writeU16(address + PROTOCOL_VERSION, VERSION);
        memory.writeU32(address + USAGE, usage);
    }

    /** First exit information of {@link SvmExit#AP_CREATION}. */
    public static long apCreationInfo(int apicId, int vmpl, int request) {
        return (long) apicId << 32 | (long) vmpl << 16 | request;
    }
}
