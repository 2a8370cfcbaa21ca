package dev.igvmtool.abi.x64;

/** Model-specific register numbers: architectural ones, and the hypervisor's synthetic ones (TLFS appendix). */
public final class Msr {
    public static final int TSC = 0x10;
    public static final int APIC_BASE = 0x1b;
    public static final int MTRR_PHYS_BASE_0 = 0x200;
    public static final int MTRR_FIX_64K_00000 = 0x250;
    public static final int PAT = 0x277;
    public static final int MTRR_DEF_TYPE = 0x2ff;
    public static final int X2APIC_ID = 0x802;
    public static final int X2APIC_EOI = 0x80b;
    public static final int X2APIC_SVR = 0x80f;
    public static final int X2APIC_ICR = 0x830;
    public static final int EFER = 0xc000_0080;
    public static final int STAR = 0xc000_0081;
    public static final int LSTAR = 0xc000_0082;
    public static final int SFMASK = 0xc000_0084;
    public static final int FS_BASE = 0xc000_0100;
    public static final int GS_BASE = 0xc000_0101;
    public static final int KERNEL_GS_BASE = 0xc000_0102;
    public static final int TSC_AUX = 0xc000_0103;
    /** Guest-hypervisor communication of SEV-ES and SNP. */
    public static final int GHCB = 0xc001_0130;
    /** What SEV does for this guest; from bit 2 on, the features of its save area. */
    public static final int SEV_STATUS = 0xc001_0131;

    public static final int HV_GUEST_OS_ID = 0x4000_0000;
    public static final int HV_HYPERCALL = 0x4000_0001;
    public static final int HV_VP_INDEX = 0x4000_0002;
    public static final int HV_VP_RUN_TIME = 0x4000_0010;
    public static final int HV_TIME_REF_COUNT = 0x4000_0020;
    public static final int HV_REFERENCE_TSC = 0x4000_0021;
    public static final int HV_TSC_FREQUENCY = 0x4000_0022;
    public static final int HV_APIC_FREQUENCY = 0x4000_0023;
    public static final int HV_EOI = 0x4000_0070;
    public static final int HV_ICR = 0x4000_0071;
    public static final int HV_TPR = 0x4000_0072;
    public static final int HV_VP_ASSIST_PAGE = 0x4000_0073;
    public static final int HV_SCONTROL = 0x4000_0080;
    public static final int HV_SVERSION = 0x4000_0081;
    public static final int HV_SIEFP = 0x4000_0082;
    public static final int HV_SIMP = 0x4000_0083;
    public static final int HV_EOM = 0x4000_0084;
    public static final int HV_SINT0 = 0x4000_0090;
    public static final int HV_STIMER0_CONFIG = 0x4000_00b0;
    public static final int HV_STIMER3_COUNT = 0x4000_00b7;
    public static final int HV_GUEST_IDLE = 0x4000_00f0;
    public static final int HV_CRASH_P0 = 0x4000_0100;
    public static final int HV_CRASH_CTL = 0x4000_0105;

    private Msr() {}
}
