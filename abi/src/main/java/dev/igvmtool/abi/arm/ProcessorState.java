package dev.igvmtool.abi.arm;

/** Fields of PSTATE as {@code SPSR_EL1} and the hypervisor's CPSR hold them. */
public final class ProcessorState {
    /** Exception level 1 with its own stack pointer. */
    public static final long EL1H = 5;

    /** Exception level and choice of the stack pointer. */
    public static final long MODE = 0xf;

    /** Bit 0 of the mode: the stack pointer is that of the exception level, not {@code SP_EL0}. */
    public static final long SP_SELECT = 1;

    /** Interrupts are masked. */
    public static final long I = 1 << 7;

    /** Debug exceptions, SErrors, interrupts and fast interrupts are masked. */
    public static final long DAIF = 0xf << 6;

    private ProcessorState() {}
}
