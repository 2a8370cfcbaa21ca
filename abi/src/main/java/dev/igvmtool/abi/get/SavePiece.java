package dev.igvmtool.abi.get;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;

/**
 * Body of {@code SaveGuestVtl2StateRequest}: a piece of the saved state, from the guest.
 *
 * @param status {@link GetMessage#MORE} before the last piece, {@link GetMessage#SUCCESS} with it, or
 *     {@link GetMessage#FAILURE} in place of it
 */
public record SavePiece(int status, Bytes content) {
    /** Bytes of content that fit a hypervisor message. */
    public static final int MAX_CONTENT = HvMessage.MAX_PAYLOAD - GetMessage.Header.CODEC.size() - Short.BYTES;

    public static SavePiece read(Bytes body) {
        ByteReader reader = new ByteReader(body);
        int status = reader.u16();
        return new SavePiece(status, reader.bytes(reader.remaining()));
    }

    public Bytes toBytes() {
        return new ByteWriter().u16(status).bytes(content).toBytes();
    }
}
