package dev.igvmtool.abi.tdx;

/** Leaves of TDCALL, in RAX, and what they return there. */
public final class TdCall {
    public static final int VP_VMCALL = 0;
    public static final int VP_INFO = 1;
    public static final int MEM_PAGE_ACCEPT = 6;
    public static final int VM_RD = 7;
    public static final int VP_RD = 9;
    public static final int VP_WR = 10;
    public static final int MEM_PAGE_ATTR_RD = 23;
    public static final int MEM_PAGE_ATTR_WR = 24;
    public static final int VP_ENTER = 25;
    public static final int MEM_PAGE_RELEASE = 30;

    public static final long SUCCESS = 0;
    /** The low half names the operand: 0 RAX, 1 RCX, 2 RDX, 8 R8. */
    public static final long OPERAND_INVALID = 0xc000_0100_0000_0000L;

    public static final long PAGE_ALREADY_ACCEPTED = 0x0000_0b0a_0000_0000L;
    /** The low half says the size that was asked for. */
    public static final long PAGE_SIZE_MISMATCH = 0xc000_0b0b_0000_0000L;

    public static final long FIELD_INCORRECT = 0xc000_0c00_0000_0000L;
    /** {@link #VP_ENTER}: an interrupt waits for the caller, the partition was not entered. */
    public static final long PENDING_INTERRUPT = 0x0000_1120_0000_0000L;
    /** {@link #VP_ENTER}: the partition was left for an interrupt of the caller. */
    public static final long L2_EXIT_PENDING_INTERRUPT = 0x0000_1102_0000_0000L;

    /** Operand numbers of {@link #OPERAND_INVALID}. */
    public static final int OPERAND_RAX = 0;

    public static final int OPERAND_RCX = 1;
    public static final int OPERAND_RDX = 2;
    public static final int OPERAND_R8 = 8;
    /** The virtual APIC page of a partition is not set. */
    public static final int OPERAND_L2_VAPIC = 170;

    /** Size of a page in RCX of the memory leaves: 4 KiB, 2 MiB. */
    public static final int LEVEL_4K = 0;

    public static final int LEVEL_2M = 1;

    private TdCall() {}

    /** The status that an operand is not valid. */
    public static long invalid(int operand) {
        return OPERAND_INVALID | operand;
    }

    /** The upper half of a status: what kind it is, without its details. */
    public static long kind(long status) {
        return status & 0xffff_ffff_0000_0000L;
    }
}
