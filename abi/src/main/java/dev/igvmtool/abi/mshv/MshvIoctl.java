package dev.igvmtool.abi.mshv;

/**
 * Requests of {@code ioctl} on {@code /dev/mshv}, the VTL file that it creates, {@code /dev/mshv_hvcall},
 * {@code /dev/mshv_sint} and {@code /dev/mshv_vtl_sidecarN}. Type 0xB8.
 */
public final class MshvIoctl {
    /** Argument: pointer to a u32 extension id. Result: not zero if supported. */
    public static final int CHECK_EXTENSION = 0x4004_b800;
    /** Argument: pointer to a u8. Result: descriptor of the VTL file. */
    public static final int CREATE_VTL = 0x8001_b81d;
    /** Runs the lower VTL on this CPU. Result: 0 with an exit message in the run page, EINTR if cancelled. */
    public static final int RETURN_TO_LOWER_VTL = 0x0000_b827;
    /** Argument: {@link VpRegistersArgument}. */
    public static final int GET_VP_REGISTERS = 0xc010_b805;
    /** Argument: {@link VpRegistersArgument}. */
    public static final int SET_VP_REGISTERS = 0x4010_b806;
    /** Argument: {@link HypercallSetupArgument}; once per file. */
    public static final int HYPERCALL_SETUP = 0x4010_b81e;
    /** Argument: {@link HypercallArgument}. */
    public static final int HYPERCALL = 0xc030_b81f;
    /** Argument: {@link AddVtl0MemoryArgument}. */
    public static final int ADD_VTL0_MEMORY = 0x4010_b821;
    /** Argument: s32 CPU, s32 descriptor whose readability cancels the run. */
    public static final int SET_POLL_FILE = 0x4008_b825;
    /** Argument: u32 sequence, u32 0, u64 reference time, u64 TSC. */
    public static final int RESTORE_PARTITION_TIME = 0x4018_b813;
    /** Argument: {@link KickCpusArgument}. */
    public static final int KICK_CPUS = 0x4018_b838;
    /** Argument: u32 vector, u32 APIC id, u8 create. */
    public static final int MAP_REDIRECTED_DEVICE_INTERRUPT = 0xc010_b839;

    /** SNP; argument: {@link PvalidateArgument}. */
    public static final int PVALIDATE = 0x4014_b828;
    /** SNP; argument: {@link RmpadjustArgument}. */
    public static final int RMPADJUST = 0x4020_b829;
    /** TDX; argument: {@link TdcallArgument}, which is filled, too. */
    public static final int TDCALL = 0xc038_b832;

    /** On {@code /dev/mshv_sint}; argument: u32 connection, u32 flag. */
    public static final int SINT_SIGNAL_EVENT = 0x4008_b822;
    /** On {@code /dev/mshv_sint}; argument: {@link PostMessageArgument}. */
    public static final int SINT_POST_MESSAGE = 0x4018_b823;
    /** On {@code /dev/mshv_sint}; argument: s32 descriptor, u32 flag. */
    public static final int SINT_SET_EVENTFD = 0x4008_b824;
    /** On {@code /dev/mshv_sint}; argument: u8 and padding. */
    public static final int SINT_PAUSE_MESSAGE_STREAM = 0x4008_b825;

    /** On a sidecar device; argument: CPU number. Starts the command of its command page. */
    public static final int SIDECAR_START = 0x0000_b8f0;
    /** On a sidecar device; argument: CPU number. Asks for an early end. */
    public static final int SIDECAR_STOP = 0x0000_b8f1;
    /** On a sidecar device; argument: CPU number. Starts and waits. */
    public static final int SIDECAR_RUN = 0x0000_b8f2;
    /** On a sidecar device; argument: {@link SidecarInfo} to fill. */
    public static final int SIDECAR_INFO = 0x800c_b8f3;

    /** Extension of {@link #CHECK_EXTENSION}: register page. */
    public static final int EXTENSION_REGISTER_PAGE = 1;
    /** Extension of {@link #CHECK_EXTENSION}: return actions in the run page. */
    public static final int EXTENSION_RETURN_ACTION = 2;
    /** Extension of {@link #CHECK_EXTENSION}: DR6 is shared between VTLs. */
    public static final int EXTENSION_DR6_SHARED = 3;
    /** Extension of {@link #CHECK_EXTENSION}: timer virtualisation of the lower VTL. */
    public static final int EXTENSION_LOWER_VTL_TIMER = 4;

    /** Page offset in the VTL file, to which the VP index is added: the {@link RunPage}. */
    public static final long RUN_PAGE_OFFSET = 0;
    /** Page offset in the VTL file, to which the VP index is added: the register page. */
    public static final long REGISTER_PAGE_OFFSET = 0x1_0000;

    /** Page offset in the VTL file, to which the VP index is added: on SNP the save area of the lower VTL. */
    public static final long SAVE_AREA_OFFSET = 0x2_0000;
    /** Page offset in the VTL file, to which the VP index is added: on TDX the APIC page of the lower VTL. */
    public static final long APIC_PAGE_OFFSET = 0x3_0000;

    /** Bit of an offset into {@code /dev/mshv_vtl_low}: the shared alias of the GPA below it. */
    public static final long VTL_LOW_SHARED = 1L << 63;

    private MshvIoctl() {}
}
