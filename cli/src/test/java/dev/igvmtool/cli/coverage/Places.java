package dev.igvmtool.cli.coverage;

/**
 * Where a release build of the real shim has its statics, from its lowest address: link-time facts from the README of the
 * hand-over data. What is marked as our own has no place there.
 */
final class Places {
    static final long HYPERCALL_PAGE = 0x1_7000;
    static final long BSS = 0x6_a000;
    static final long BSS_END = 0xf_2011;
    static final long STACK = 0x7_ed10;
    static final long STACK_TOP = 0x8_6d10;
    static final long ZERO_PAGE = 0xa_7000;
    static final long HYPERCALL_OUTPUT = 0xa_9000;
    static final long CC_BLOB = 0xa_a028;
    static final long SIDECAR_OUTPUT = 0xa_d000;
    static final long COMMAND_LINE = 0xa_e004;
    static final long SIDECAR_PARAMS = 0xb_1000;
    static final long FDT_OBJECT = 0xb_2000;

    /** Variables of our shim. */
    static final long PARAMS_OFFSET = BSS;

    static final long FLAGS = BSS + 0x0c;
    static final long ACTIVE_VTL = BSS + 0x10;
    static final long BOOT_START = BSS + 0x18;
    static final long BOOT_END = BSS + 0x20;
    static final long SIDECAR_END = BSS + 0x30;
    static final long ALIAS_MAP = BSS + 0x38;

    private Places() {}
}
