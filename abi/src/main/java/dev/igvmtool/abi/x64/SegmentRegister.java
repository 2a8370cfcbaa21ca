package dev.igvmtool.abi.x64;

/** Segment registers with their hidden parts, in the order of the hypervisor's register names (0x00060000 + ordinal). */
public enum SegmentRegister {
    ES,
    CS,
    SS,
    DS,
    FS,
    GS,
    LDTR,
    TR
}
