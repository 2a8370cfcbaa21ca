package dev.igvmtool.bootshim;

import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;

/**
 * Where things stand in the running shim. The offsets are those of a release build of openhcl_boot, so that everything
 * that holds an address of the shim is equal, too.
 *
 * @param base lowest address of the loaded image
 */
record ShimLayout(long base) {
    static final ImageLayout IMAGE = new ImageLayout(0, 0x1_6000, 0x6_a000, 0xf_3000);

    static final long HYPERCALL_PAGE = 0x1_7000;
    static final long BSS = 0x6_a000;
    static final long BSS_END = 0xf_2011;
    static final long VARIABLES = BSS;
    static final long STACK = 0x7_ed10;
    static final long STACK_TOP = 0x8_6d10;
    /** Stack pointer while the main function runs. */
    static final long MAIN_FRAME = 0x8_55b0;

    /** {@link HashRecord}, in a part of the bss whose use in the reference is not known. */
    static final long HASH_RECORD = 0x8_8000;

    static final long E820_EXTENSION = 0xa_3fb0;
    static final long ZERO_PAGE = 0xa_7000;
    static final long HYPERCALL_INPUT = 0xa_8000;
    static final long HYPERCALL_OUTPUT = 0xa_9000;
    static final long CC_BLOB = 0xa_a028;
    static final long SIDECAR_OUTPUT = 0xa_d000;
    /** A 32-bit length, then the text. */
    static final long COMMAND_LINE = 0xa_e000;

    static final long COMMAND_LINE_TEXT = COMMAND_LINE + 4;
    /** A {@code setup_data} header, then the address of the blob. */
    static final long CC_SETUP_DATA = 0xb_0010;

    static final long SIDECAR_PARAMS = 0xb_1000;
    /** A {@code setup_data} header, then the tree. */
    static final long FDT_OBJECT = 0xb_2000;

    static final int FDT_OBJECT_BYTES = 0x4_0000;

    /** The layout of the shim that runs on {@code cpu}. */
    static ShimLayout of(Cpu cpu) {
        return new ShimLayout(IMAGE.base(cpu));
    }

    /** Address of one of the offsets above. */
    long at(long offset) {
        return base + offset;
    }
}
