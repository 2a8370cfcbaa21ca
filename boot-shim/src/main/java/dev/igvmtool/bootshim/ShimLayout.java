package dev.igvmtool.bootshim;

import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.ImageLayout;

/**
 * Where things stand in the running shim.
 *
 * @param base lowest address of the loaded image
 * @param placement of its statics
 */
record ShimLayout(long base, ShimPlacement placement) {
    static final ImageLayout IMAGE =
            new ImageLayout(0, ShimPlacement.REFERENCE.entryOffset(), ShimPlacement.REFERENCE_BSS, 0xf_3000);

    static final int FDT_OBJECT_BYTES = 0x4_0000;

    private static final boolean EARLY = true;
    private static final boolean LATE = false;

    /**
     * The statics. In an image of the reference's shape they are where a release build of openhcl_boot has them, so that
     * everything that holds an address of the shim is equal, too.
     */
    enum Static {
        VARIABLES(0x6_a000, EARLY, 0),
        HYPERCALL_PAGE(0x1_7000, EARLY, 0x1000),
        HYPERCALL_INPUT(0xa_8000, EARLY, 0x2000),
        HYPERCALL_OUTPUT(0xa_9000, EARLY, 0x3000),
        STACK(0x7_ed10, EARLY, 0x4000),
        /** Stack pointer while the main function runs. */
        MAIN_FRAME(0x8_55b0, EARLY, 0x68a0),
        STACK_TOP(0x8_6d10, EARLY, 0x8000),
        /** {@link HashRecord}, in a part of the bss whose use in the reference is not known. */
        HASH_RECORD(0x8_8000, LATE, 0),
        E820_EXTENSION(0xa_3fb0, LATE, 0x7000),
        ZERO_PAGE(0xa_7000, LATE, 0xa000),
        CC_BLOB(0xa_a028, LATE, 0xb028),
        /** A {@code setup_data} header, then the address of the blob. */
        CC_SETUP_DATA(0xb_0010, LATE, 0xb810),
        SIDECAR_OUTPUT(0xa_d000, LATE, 0xc000),
        SIDECAR_PARAMS(0xb_1000, LATE, 0xd000),
        /** A 32-bit length, then the text. */
        COMMAND_LINE(0xa_e000, LATE, 0xe000),
        COMMAND_LINE_TEXT(0xa_e004, LATE, 0xe004),
        /** A {@code setup_data} header, then the tree. */
        FDT_OBJECT(0xb_2000, LATE, 0x1_1000);

        private final long reference;
        private final boolean early;
        private final long inBlock;

        Static(long reference, boolean early, long inBlock) {
            this.reference = reference;
            this.early = early;
            this.inBlock = inBlock;
        }
    }

    /** The layout of the shim that runs on {@code cpu}. */
    static ShimLayout of(Core cpu) {
        ShimPlacement placement = cpu.memory().read(ShimPlacement.CODEC, cpu.constants());
        return new ShimLayout(cpu.origin() - placement.entryOffset(), placement);
    }

    /** Address of one of the statics. */
    long at(Static place) {
        if (placement.isReference()) {
            return base + place.reference;
        }
        return base + (place.early ? placement.early() : placement.late()) + place.inBlock;
    }

    /** Empties what is used from the start: all of the bss in the reference's shape. */
    void clearEarly(Core cpu) {
        if (placement.isReference()) {
            cpu.memory()
                    .zero(
                            base + ShimPlacement.REFERENCE_BSS,
                            ShimPlacement.REFERENCE_END - ShimPlacement.REFERENCE_BSS);
        } else {
            cpu.memory().zero(base + placement.early(), ShimPlacement.EARLY_BYTES);
        }
    }

    /** Empties what is used once memory is accepted, where {@link #clearEarly} could not. */
    void clearLate(Core cpu) {
        if (!placement.isReference()) {
            cpu.memory().zero(base + placement.late(), ShimPlacement.LATE_BYTES);
        }
    }
}
