package dev.igvmtool.abi.snp;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;

/**
 * The save area of one virtual processor at one VMPL (AMD64 Architecture Programmer's Manual, volume 2, appendix B, table
 * B-4): one page. A view; each accessor is one access.
 *
 * @param memory where the page is
 * @param address first byte of the page
 */
public record Vmsa(Memory memory, long address) {
    public static final int SIZE = 4096;

    /** Segments from ES to GS in the order of {@link SegmentRegister}, 16 bytes each. */
    public static final int SEGMENTS = 0x000;

    public static final int GDTR = 0x060;
    public static final int LDTR = 0x070;
    public static final int IDTR = 0x080;
    public static final int TR = 0x090;
    /** u8. */
    public static final int VMPL = 0x0ca;
    /** u8. */
    public static final int CPL = 0x0cb;

    public static final int EFER = 0x0d0;
    public static final int CR4 = 0x148;
    public static final int CR3 = 0x150;
    public static final int CR0 = 0x158;
    public static final int DR7 = 0x160;
    public static final int DR6 = 0x168;
    public static final int RFLAGS = 0x170;
    public static final int RIP = 0x178;
    /** DR0 to DR3, if {@link SevFeatures#DEBUG_SWAP}. */
    public static final int DR0 = 0x180;

    public static final int RSP = 0x1d8;
    public static final int RAX = 0x1f8;
    public static final int STAR = 0x200;
    public static final int LSTAR = 0x208;
    public static final int CSTAR = 0x210;
    public static final int SFMASK = 0x218;
    public static final int KERNEL_GS_BASE = 0x220;
    public static final int SYSENTER_CS = 0x228;
    public static final int SYSENTER_ESP = 0x230;
    public static final int SYSENTER_EIP = 0x238;
    public static final int CR2 = 0x240;
    public static final int PAT = 0x268;
    /** u32. */
    public static final int TSC_AUX = 0x2ec;

    public static final int RCX = 0x308;
    public static final int RDX = 0x310;
    public static final int RBX = 0x318;
    public static final int RBP = 0x328;
    public static final int RSI = 0x330;
    public static final int RDI = 0x338;
    /** R8 to R15. */
    public static final int R8 = 0x340;

    /** Written by the processor when the guest has left and {@link SevFeatures#REFLECT_VC} is set. */
    public static final int EXIT_INFO_1 = 0x390;

    public static final int EXIT_INFO_2 = 0x398;
    public static final int EXIT_INT_INFO = 0x3a0;
    /** Where the guest goes on after the instruction that it left at. */
    public static final int NEXT_RIP = 0x3a8;

    public static final int SEV_FEATURES = 0x3b0;
    /** Bits 0 to 7: task priority. */
    public static final int VIRTUAL_INTERRUPT = 0x3b8;
    /** {@link SvmExit} code of the last exit. */
    public static final int EXIT_CODE = 0x3c0;
    /** First address of the shared alias, if {@link SevFeatures#VTOM}. */
    public static final int VIRTUAL_TOM = 0x3c8;

    public static final int EVENT_INJECTION = 0x3e0;
    public static final int XCR0 = 0x3e8;
    /** x87 data pointer, the first of the x87 and SSE state. */
    public static final int X87_DP = 0x400;

    public static final int MXCSR = 0x408;
    public static final int X87_FTW = 0x40c;
    public static final int X87_FSW = 0x40e;
    public static final int X87_FCW = 0x410;
    public static final int X87_FOP = 0x412;
    public static final int X87_DS = 0x414;
    public static final int X87_CS = 0x416;
    public static final int X87_RIP = 0x418;
    /** ST0 to ST7, 10 bytes each. */
    public static final int X87_REGISTERS = 0x420;
    /** XMM0 to XMM15, 16 bytes each. */
    public static final int XMM_REGISTERS = 0x470;

    /** The 64-bit field at an offset. */
    public long get(int offset) {
        return memory.readU64(address + offset);
    }

    /** Sets the 64-bit field at an offset. */
    public void set(int offset, long value) {
        memory.writeU64(address + offset, value);
    }

    /** Value of a general register. */
    public long get(Gpr register) {
        return get(offsetOf(register));
    }

    /** Sets a general register. */
    public void set(Gpr register, long value) {
        set(offsetOf(register), value);
    }

    /** Where a general register stands. */
    public static int offsetOf(Gpr register) {
        return switch (register) {
            case RAX -> RAX;
            case RCX -> RCX;
            case RDX -> RDX;
            case RBX -> RBX;
            case RSP -> RSP;
            case RBP -> RBP;
            case RSI -> RSI;
            case RDI -> RDI;
            case R8, R9, R10, R11, R12, R13, R14, R15 -> R8 + Long.BYTES * (register.ordinal() - Gpr.R8.ordinal());
        };
    }

    /** Where a segment register stands. */
    public static int offsetOf(SegmentRegister register) {
        return switch (register) {
            case ES, CS, SS, DS, FS, GS -> SEGMENTS + 16 * register.ordinal();
            case LDTR -> LDTR;
            case TR -> TR;
        };
    }

    /** A segment register; the area keeps its attributes in 12 bits. */
    public SegmentValue segment(SegmentRegister register) {
        long at = address + offsetOf(register);
        return new SegmentValue(
                memory.readU64(at + 8), memory.readU32(at + 4), memory.readU16(at), unpacked(memory.readU16(at + 2)));
    }

    /** Sets a segment register. */
    public void setSegment(SegmentRegister register, SegmentValue value) {
        long at = address + offsetOf(register);
        memory.writeU16(at, value.selector());
        memory.writeU16(at + 2, packed(value.attributes()));
        memory.writeU32(at + 4, value.limit());
        memory.writeU64(at + 8, value.base());
    }

    /** A descriptor table register, at {@link #GDTR} or {@link #IDTR}. */
    public TableValue table(int offset) {
        return new TableValue((int) memory.readU32(address + offset + 4) & 0xffff, get(offset + 8));
    }

    /** Sets a descriptor table register, at {@link #GDTR} or {@link #IDTR}. */
    public void setTable(int offset, TableValue value) {
        memory.writeU32(address + offset + 4, value.limit());
        set(offset + 8, value.base());
    }

    /** The VMPL for which the area was made. */
    public int vmpl() {
        return memory.readU8(address + VMPL);
    }

    /** Makes the area one for a VMPL. */
    public void setVmpl(int vmpl) {
        memory.writeU8(address + VMPL, vmpl);
    }

    /** Attributes of a descriptor in 12 bits: access byte, then the flags of bits 12 to 15. */
    public static int packed(int attributes) {
        return attributes & 0xff | attributes >> 4 & 0xf00;
    }

    /** The opposite of {@link #packed}. */
    public static int unpacked(int attributes) {
        return attributes & 0xff | (attributes & 0xf00) << 4;
    }
}
