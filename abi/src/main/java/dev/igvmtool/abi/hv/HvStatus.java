package dev.igvmtool.abi.hv;

/** {@code HV_STATUS} values (TLFS appendix, {@code hvdef: HvError}). */
public final class HvStatus {
    public static final int SUCCESS = 0x00;
    public static final int INVALID_HYPERCALL_CODE = 0x02;
    public static final int INVALID_HYPERCALL_INPUT = 0x03;
    public static final int INVALID_ALIGNMENT = 0x04;
    public static final int INVALID_PARAMETER = 0x05;
    public static final int ACCESS_DENIED = 0x06;
    public static final int INVALID_PARTITION_STATE = 0x07;
    public static final int OPERATION_DENIED = 0x08;
    public static final int INSUFFICIENT_MEMORY = 0x0b;
    public static final int INVALID_PARTITION_ID = 0x0d;
    public static final int INVALID_VP_INDEX = 0x0e;
    public static final int INVALID_PORT_ID = 0x11;
    public static final int INVALID_CONNECTION_ID = 0x12;
    public static final int INSUFFICIENT_BUFFERS = 0x13;
    public static final int NOT_ACKNOWLEDGED = 0x14;
    public static final int INVALID_VP_STATE = 0x15;
    public static final int INVALID_SYNIC_STATE = 0x18;
    public static final int OBJECT_IN_USE = 0x19;
    public static final int FEATURE_UNAVAILABLE = 0x1e;
    public static final int INVALID_REGISTER_VALUE = 0x50;
    public static final int INVALID_VTL_STATE = 0x51;
    public static final int INVALID_DEVICE_ID = 0x57;
    public static final int OPERATION_FAILED = 0x71;
    public static final int TIMEOUT = 0x78;
    public static final int VTL_ALREADY_ENABLED = 0x86;
    public static final int UNKNOWN_REGISTER_NAME = 0x87;

    private HvStatus() {}

    /** Name of a status for messages and traces, {@code status 0x..} for those not listed. */
    public static String nameOf(int status) {
        return switch (status) {
            case SUCCESS -> "success";
            case INVALID_HYPERCALL_CODE -> "invalid hypercall code";
            case INVALID_HYPERCALL_INPUT -> "invalid hypercall input";
            case INVALID_ALIGNMENT -> "invalid alignment";
            case INVALID_PARAMETER -> "invalid parameter";
            case ACCESS_DENIED -> "access denied";
            case INVALID_PARTITION_STATE -> "invalid partition state";
            case OPERATION_DENIED -> "operation denied";
            case INSUFFICIENT_MEMORY -> "insufficient memory";
            case INVALID_PARTITION_ID -> "invalid partition id";
            case INVALID_VP_INDEX -> "invalid VP index";
            case INVALID_PORT_ID -> "invalid port id";
            case INVALID_CONNECTION_ID -> "invalid connection id";
            case INSUFFICIENT_BUFFERS -> "insufficient buffers";
            case NOT_ACKNOWLEDGED -> "not acknowledged";
            case INVALID_VP_STATE -> "invalid VP state";
            case INVALID_SYNIC_STATE -> "invalid SynIC state";
            case OBJECT_IN_USE -> "object in use";
            case FEATURE_UNAVAILABLE -> "feature unavailable";
            case INVALID_REGISTER_VALUE -> "invalid register value";
            case INVALID_VTL_STATE -> "invalid VTL state";
            case INVALID_DEVICE_ID -> "invalid device id";
            case OPERATION_FAILED -> "operation failed";
            case TIMEOUT -> "timeout";
            case VTL_ALREADY_ENABLED -> "VTL already enabled";
            case UNKNOWN_REGISTER_NAME -> "unknown register name";
            default -> String.format("status 0x%x", status);
        };
    }
}
