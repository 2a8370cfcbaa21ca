package dev.igvmtool.abi.hv;

/** {@code HV_MESSAGE_TYPE} values of messages that the hypervisor sends. */
public final class MessageType {
    public static final int NONE = 0;
    public static final int UNMAPPED_GPA = 0x8000_0000;
    public static final int GPA_INTERCEPT = 0x8000_0001;
    public static final int UNACCEPTED_GPA = 0x8000_0003;
    public static final int TIMER_EXPIRED = 0x8000_0010;
    public static final int UNRECOVERABLE_EXCEPTION = 0x8000_0021;
    public static final int HYPERCALL = 0x8000_0050;
    public static final int SYNIC_SINT_DELIVERABLE = 0x8000_0062;
    public static final int IO_PORT = 0x8001_0000;
    public static final int MSR = 0x8001_0001;
    public static final int CPUID = 0x8001_0002;
    public static final int EXCEPTION = 0x8001_0003;
    public static final int APIC_EOI = 0x8001_0004;
    public static final int HALT = 0x8001_0007;
    public static final int INTERRUPT_DELIVERABLE = 0x8001_0008;

    private MessageType() {}

    /** Name of a type for messages and traces. */
    public static String nameOf(int type) {
        return switch (type) {
            case NONE -> "none";
            case UNMAPPED_GPA -> "unmapped GPA";
            case GPA_INTERCEPT -> "GPA intercept";
            case UNACCEPTED_GPA -> "unaccepted GPA";
            case TIMER_EXPIRED -> "timer expired";
            case UNRECOVERABLE_EXCEPTION -> "unrecoverable exception";
            case HYPERCALL -> "hypercall";
            case SYNIC_SINT_DELIVERABLE -> "SINT deliverable";
            case IO_PORT -> "I/O port";
            case MSR -> "MSR";
            case CPUID -> "CPUID";
            case EXCEPTION -> "exception";
            case APIC_EOI -> "APIC EOI";
            case HALT -> "halt";
            case INTERRUPT_DELIVERABLE -> "interrupt deliverable";
            default -> String.format("message type 0x%08x", type);
        };
    }
}
