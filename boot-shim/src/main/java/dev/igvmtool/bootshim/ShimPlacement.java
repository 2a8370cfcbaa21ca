package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * Where the statics of the shim are, as its linker would know: the program's constants. Put over a real shim, the program
 * needs room of its own in that image, which the image's maker did not plan.
 *
 * @param entryOffset of the first slot from the lowest address of the shim
 * @param early offset of {@link #EARLY_BYTES} that are used from the first step on
 * @param late offset of {@link #LATE_BYTES} that are used once all memory is accepted
 * @param dynamic offset of the dynamic section; 0 if there is none, as a program of steps has no addresses to fix
 */
public record ShimPlacement(
        @U64 long entryOffset,
        @U64 long early,
        @U64 long late,
        @U64 long dynamic) {
    /** In an image of the reference's shape everything is where the reference has it: both offsets are 0. */
    public static final ShimPlacement REFERENCE = new ShimPlacement(0x1_6000, 0, 0, 0);

    /** Bss of the reference, from the lowest address of the shim. */
    public static final long REFERENCE_BSS = 0x6_a000;

    /** First byte past the bss of the reference. */
    public static final long REFERENCE_END = 0xf_2011;

    /** Variables, hypercall page, input and output page, stack. */
    public static final long EARLY_BYTES = 0x8000;

    /** What is left to the kernel, and other large things. */
    public static final long LATE_BYTES = 0x5_1000;

    /** 32 bytes. */
    public static final Codec<ShimPlacement> CODEC = Codec.of(ShimPlacement.class, MethodHandles.lookup());

    /** True for an image of the reference's shape. */
    boolean isReference() {
        return early == 0;
    }
}
