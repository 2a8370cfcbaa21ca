package dev.igvmtool.abi.hv;

/** {@code HV_REGISTER_NAME} values (TLFS, {@code hvdef: HvX64RegisterName}), as used by get and set register calls. */
public final class RegisterName {
    /** Bit 0 start-up suspend, 1 halt suspend, 2 idle suspend. */
    public static final int INTERNAL_ACTIVITY_STATE = 0x0000_0004;

    public static final int PRIVILEGES_AND_FEATURES_INFO = 0x0000_0200;
    public static final int FEATURES_INFO = 0x0000_0201;
    public static final int LIMITS_INFO = 0x0000_0202;
    public static final int HARDWARE_INFO = 0x0000_0203;
    public static final int ISOLATION_CONFIG = 0x0000_0209;
    public static final int CRASH_P0 = 0x0000_0210;
    public static final int CRASH_CTL = 0x0000_0215;

    public static final int PENDING_INTERRUPTION = 0x0001_0002;
    public static final int INTERRUPT_STATE = 0x0001_0003;
    public static final int PENDING_EVENT0 = 0x0001_0004;
    public static final int PENDING_EVENT1 = 0x0001_0005;
    /** See {@link DeliverabilityNotifications}. */
    public static final int DELIVERABILITY_NOTIFICATIONS = 0x0001_0006;

    /** General registers follow in encoding order: RAX RCX RDX RBX RSP RBP RSI RDI R8-R15. */
    public static final int RAX = 0x0002_0000;

    public static final int RIP = 0x0002_0010;
    public static final int RFLAGS = 0x0002_0011;
    public static final int XMM0 = 0x0003_0000;

    public static final int CR0 = 0x0004_0000;
    public static final int CR2 = 0x0004_0001;
    public static final int CR3 = 0x0004_0002;
    public static final int CR4 = 0x0004_0003;
    public static final int CR8 = 0x0004_0004;
    public static final int DR0 = 0x0005_0000;
    public static final int DR6 = 0x0005_0004;
    public static final int DR7 = 0x0005_0005;
    /** Segments follow in the order of {@link dev.igvmtool.abi.x64.SegmentRegister}. */
    public static final int ES = 0x0006_0000;

    public static final int IDTR = 0x0007_0000;
    public static final int GDTR = 0x0007_0001;

    public static final int TSC = 0x0008_0000;
    public static final int EFER = 0x0008_0001;
    public static final int KERNEL_GS_BASE = 0x0008_0002;
    public static final int APIC_BASE = 0x0008_0003;
    public static final int PAT = 0x0008_0004;
    public static final int SYSENTER_CS = 0x0008_0005;
    public static final int SYSENTER_EIP = 0x0008_0006;
    public static final int SYSENTER_ESP = 0x0008_0007;
    public static final int STAR = 0x0008_0008;
    public static final int LSTAR = 0x0008_0009;
    public static final int CSTAR = 0x0008_000a;
    public static final int SFMASK = 0x0008_000b;
    public static final int MTRR_CAP = 0x0008_000d;
    public static final int MTRR_DEF_TYPE = 0x0008_000e;
    /** Eight, in order. */
    public static final int MTRR_PHYS_BASE0 = 0x0008_0010;
    /** Eight, in order. */
    public static final int MTRR_PHYS_MASK0 = 0x0008_0040;

    public static final int MTRR_FIX_64K_00000 = 0x0008_0070;
    public static final int MTRR_FIX_16K_80000 = 0x0008_0071;
    public static final int MTRR_FIX_16K_A0000 = 0x0008_0072;
    /** Eight, in order. */
    public static final int MTRR_FIX_4K_C0000 = 0x0008_0073;

    public static final int TSC_AUX = 0x0008_007b;

    public static final int VP_RUN_TIME = 0x0009_0000;
    public static final int HYPERCALL = 0x0009_0001;
    public static final int GUEST_OS_ID = 0x0009_0002;
    public static final int VP_INDEX = 0x0009_0003;
    public static final int TIME_REF_COUNT = 0x0009_0004;
    public static final int VP_ASSIST_PAGE = 0x0009_0013;
    public static final int REFERENCE_TSC = 0x0009_0017;
    public static final int REGISTER_PAGE = 0x0009_001c;
    public static final int PM_TIMER_ASSIST = 0x0009_0032;
    public static final int SINT0 = 0x000a_0000;
    public static final int SCONTROL = 0x000a_0010;
    public static final int SVERSION = 0x000a_0011;
    public static final int SIEFP = 0x000a_0012;
    public static final int SIMP = 0x000a_0013;
    public static final int EOM = 0x000a_0014;

    /** Configuration and count of four timers, in turns. */
    public static final int STIMER0_CONFIG = 0x000b_0000;

    public static final int STIMER3_COUNT = 0x000b_0007;

    /** Offsets of the VTL call (bits 0-11) and VTL return (bits 12-23) sequences in the hypercall page. */
    public static final int VSM_CODE_PAGE_OFFSETS = 0x000d_0002;
    /** Bits 0-3 active VTL, 16-31 enabled VTLs. */
    public static final int VSM_VP_STATUS = 0x000d_0003;

    public static final int VSM_PARTITION_STATUS = 0x000d_0004;
    public static final int VSM_VINA = 0x000d_0005;
    /** See {@link VsmCapabilities}. */
    public static final int VSM_CAPABILITIES = 0x000d_0006;
    /** See {@link VsmPartitionConfig}. */
    public static final int VSM_PARTITION_CONFIG = 0x000d_0007;

    public static final int GUEST_VSM_PARTITION_CONFIG = 0x000d_0008;

    private RegisterName() {}
}
