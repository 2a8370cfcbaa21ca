package dev.igvmtool.abi.mshv;

/** Device files of the hypervisor interface. */
public final class MshvDevices {
    /** {@link MshvIoctl#CHECK_EXTENSION} and {@link MshvIoctl#CREATE_VTL}. */
    public static final String MSHV = "/dev/mshv";

    /** {@link MshvIoctl#SINT_POST_MESSAGE}; each read gives one message. */
    public static final String SINT = "/dev/mshv_sint";

    /** {@link MshvIoctl#HYPERCALL_SETUP} and {@link MshvIoctl#HYPERCALL}. */
    public static final String HVCALL = "/dev/mshv_hvcall";

    /** Mmap, shared, offset = GPA: memory of VTL0. */
    public static final String VTL_LOW = "/dev/mshv_vtl_low";

    /** Followed by the number of the sidecar node; none of them without a sidecar. */
    public static final String SIDECAR_PREFIX = "/dev/mshv_vtl_sidecar";

    private MshvDevices() {}
}
