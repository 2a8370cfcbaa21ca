package dev.igvmtool.abi.arm;

/** Functions and answers of the Power State Coordination Interface 1.1, called by {@code hvc #0} with W0 the function. */
public final class Psci {
    public static final int VERSION = 0x8400_0000;
    public static final int CPU_OFF = 0x8400_0002;

    /** X1 MPIDR of the processor, X2 physical address at which it starts, X3 what it finds in X0. */
    public static final int CPU_ON = 0xc400_0003;

    public static final int SYSTEM_OFF = 0x8400_0008;
    public static final int SYSTEM_RESET = 0x8400_0009;

    /** Answer of {@link #VERSION}: 1.1. */
    public static final long VERSION_1_1 = 0x1_0001;

    public static final long SUCCESS = 0;
    public static final long NOT_SUPPORTED = -1;
    public static final long INVALID_PARAMETERS = -2;
    public static final long ALREADY_ON = -4;

    private Psci() {}
}
