package dev.igvmtool.abi.linux;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * The header of a flat arm64 kernel, 64 bytes. Specification: Linux {@code Documentation/arch/arm64/booting.rst}.
 *
 * @param code0 first instruction
 * @param textOffset of the image from a 2 MiB boundary
 * @param imageSize memory that the image takes, 0 if not told
 * @param flags see the constants
 * @param magic {@link #MAGIC}
 */
public record ArmImageHeader(
        @U32 long code0,
        @U32 long code1,
        @U64 long textOffset,
        @U64 long imageSize,
        @U64 long flags,
        @U64 long res2,
        @U64 long res3,
        @U64 long res4,
        @U32 long magic,
        @U32 long res5) {
    /** {@code ARM\x64}. */
    public static final long MAGIC = 0x644d_5241;

    /** Bit 0: the kernel is big endian. */
    public static final long BIG_ENDIAN = 1;

    /** Bits 1 and 2: size of pages, 1 for 4 KiB. */
    public static final int PAGE_SIZE_SHIFT = 1;

    /** Value of that field for 4 KiB. */
    public static final long PAGES_4K = 1;

    /** Bit 3: the image may stand anywhere in memory. */
    public static final long ANYWHERE = 8;

    public static final Codec<ArmImageHeader> CODEC = Codec.of(ArmImageHeader.class, lookup());

    /** Page size, as {@link #PAGES_4K}. */
    public long pages() {
        return flags >>> PAGE_SIZE_SHIFT & 3;
    }
}
