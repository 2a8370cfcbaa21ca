package dev.igvmtool.abi.hv;

/** {@code HV_PARTITION_PRIVILEGE_MASK}: what a partition may use; CPUID 0x40000003 EAX and EBX, register 0x200. */
public final class HvPrivilege {
    public static final long VP_RUN_TIME = 1;
    public static final long REFERENCE_COUNTER = 1 << 1;
    public static final long SYNIC_MSRS = 1 << 2;
    public static final long SYNTHETIC_TIMERS = 1 << 3;
    public static final long APIC_MSRS = 1 << 4;
    public static final long HYPERCALL_MSRS = 1 << 5;
    public static final long VP_INDEX = 1 << 6;
    public static final long RESET = 1 << 7;
    public static final long STATISTICS = 1 << 8;
    public static final long REFERENCE_TSC = 1 << 9;
    public static final long GUEST_IDLE = 1 << 10;
    public static final long FREQUENCIES = 1 << 11;
    public static final long DEBUG_MSRS = 1 << 12;
    public static final long REENLIGHTENMENT = 1 << 13;
    public static final long CREATE_PARTITIONS = 1L << 32;
    public static final long PARTITION_ID = 1L << 33;
    public static final long MEMORY_POOL = 1L << 34;
    public static final long POST_MESSAGES = 1L << 36;
    public static final long SIGNAL_EVENTS = 1L << 37;
    public static final long CREATE_PORT = 1L << 38;
    public static final long CONNECT_PORT = 1L << 39;
    public static final long DEBUGGING = 1L << 43;
    public static final long CPU_MANAGEMENT = 1L << 44;
    public static final long EXTENDED_GVA_RANGES = 1L << 47;
    public static final long VSM = 1L << 48;
    public static final long VP_REGISTERS = 1L << 49;
    public static final long FAST_OUTPUT = 1L << 51;
    public static final long EXTENDED_HYPERCALLS = 1L << 52;
    public static final long START_VP = 1L << 53;
    public static final long ISOLATION = 1L << 54;

    private HvPrivilege() {}
}
