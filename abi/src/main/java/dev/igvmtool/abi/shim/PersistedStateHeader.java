package dev.igvmtool.abi.shim;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U64;
import java.lang.invoke.MethodHandles;

/**
 * {@code PersistedStateHeader}: first bytes of the persisted state region at the start of VTL2 memory, by which an
 * instance of VTL2 hands its memory layout to the next one. All zero on a fresh VM.
 *
 * @param magic {@link #MAGIC} if there is a state
 * @param protobufBaseGpa first byte of the payload
 * @param protobufRegionLength bytes reserved for the payload
 * @param protobufPayloadLength bytes of the payload
 */
public record PersistedStateHeader(
        @U64 long magic,
        @U64 long protobufBaseGpa,
        @U64 long protobufRegionLength,
        @U64 long protobufPayloadLength) {
    /** {@code OHCLPHDR} in memory order. */
    public static final long MAGIC = 0x5244_4850_4c43_484fL;

    /** Bytes of the persisted state region in the image. */
    public static final long REGION_BYTES = 0x20_0000;

    /** Bytes of header page and payload together, as the shim reserves them on first boot. */
    public static final long USED_BYTES = 0x1_4000;

    /** 32 bytes. */
    public static final Codec<PersistedStateHeader> CODEC =
            Codec.of(PersistedStateHeader.class, MethodHandles.lookup());
}
