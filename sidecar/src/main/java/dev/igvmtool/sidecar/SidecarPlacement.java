package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * Where the statics of the sidecar are, as its linker would know: the program's constants. Put over a real sidecar, the
 * program needs room of its own.
 *
 * @param entryOffset of the first slot from the start of the image
 * @param kept offset of {@link #KEPT_BYTES} in the image, which all VPs use as long as they run
 * @param scratch offset of {@link #SCRATCH_BYTES} from the start of the image, which may lie outside of it: only the call
 *     of the boot shim uses them
 */
public record SidecarPlacement(
        @U64 long entryOffset, @U64 long kept, @U64 long scratch) {
    /** In an image of the reference's shape everything is where the reference has it: both offsets are 0. */
    public static final SidecarPlacement REFERENCE = new SidecarPlacement(0x5000, 0, 0);

    /** Statics of the reference's shape, from the start of the image. */
    public static final long REFERENCE_START = 0xf000;

    /** First offset past the image of the reference's shape: the end of its bss. */
    public static final long REFERENCE_END = 0x1_ae32;

    /** Copy of the hypercall page, tables of descriptors, variables. */
    public static final long KEPT_BYTES = 0x2000;

    /** Page tables, hypercall input and output, stack. */
    public static final long SCRATCH_BYTES = 0xa000;

    /** 24 bytes. */
    public static final Codec<SidecarPlacement> CODEC = Codec.of(SidecarPlacement.class, MethodHandles.lookup());

    /** True for an image of the reference's shape. */
    boolean isReference() {
        return kept == 0;
    }
}
