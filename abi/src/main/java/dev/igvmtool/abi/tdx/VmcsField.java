package dev.igvmtool.abi.tdx;

import dev.igvmtool.abi.x64.SegmentRegister;

/** Encodings of VMCS fields (Intel SDM volume 3, appendix B), as far as a partition of a TD is set up by them. */
public final class VmcsField {
    /** Selectors of ES, CS, SS, DS, FS, GS, LDTR and TR, two apart; so are limits, access rights and bases. */
    public static final int ES_SELECTOR = 0x0800;

    public static final int VIRTUAL_APIC_PAGE = 0x2012;
    public static final int PAT = 0x2804;
    public static final int EFER = 0x2806;
    public static final int ENTRY_CONTROLS = 0x4012;
    public static final int ES_LIMIT = 0x4800;
    public static final int GDTR_LIMIT = 0x4810;
    public static final int IDTR_LIMIT = 0x4812;
    public static final int ES_ACCESS_RIGHTS = 0x4814;
    public static final int INTERRUPTIBILITY = 0x4824;
    public static final int CR0 = 0x6800;
    public static final int CR3 = 0x6802;
    public static final int CR4 = 0x6804;
    public static final int ES_BASE = 0x6806;
    public static final int GDTR_BASE = 0x6816;
    public static final int IDTR_BASE = 0x6818;
    public static final int DR7 = 0x681a;

    /** Access rights of a segment that is not there. */
    public static final int UNUSABLE = 1 << 16;

    /** Bit of {@link #ENTRY_CONTROLS}: the guest is in 64-bit mode. */
    public static final long ENTRY_LONG_MODE = 1 << 9;

    private static final int WIDTH_SHIFT = 13;
    private static final int WIDTH_16 = 0;
    private static final int WIDTH_32 = 2;

    private VmcsField() {}

    /** The field of one segment in a group that starts with ES. */
    public static int ofSegment(int esField, SegmentRegister register) {
        return esField + 2 * register.ordinal();
    }

    /** Bytes of a field. */
    public static int sizeBytes(int field) {
        return switch (field >>> WIDTH_SHIFT & 3) {
            case WIDTH_16 -> Short.BYTES;
            case WIDTH_32 -> Integer.BYTES;
            default -> Long.BYTES;
        };
    }
}
