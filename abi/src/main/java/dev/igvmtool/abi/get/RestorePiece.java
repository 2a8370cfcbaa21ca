package dev.igvmtool.abi.get;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvMessage;

/**
 * Body of {@code RestoreGuestVtl2StateResponse}, packed: a piece of the saved state, from the host.
 *
 * @param status {@link GetMessage#MORE} before the last piece, {@link GetMessage#SUCCESS} with it
 */
public record RestorePiece(int status, Bytes content) {
    /** Bytes of content that fit a hypervisor message. */
    public static final int MAX_CONTENT =
            HvMessage.MAX_PAYLOAD - GetMessage.Header.CODEC.size() - Integer.BYTES - Short.BYTES;

    public static RestorePiece read(Bytes body) {
        ByteReader reader = new ByteReader(body);
        long length = reader.u32();
        int status = reader.u16();
        if (length > reader.remaining()) {
            throw new FormatException(
                    String.format("piece of 0x%x bytes, the message has 0x%x", length, reader.remaining()));
        }
        return new RestorePiece(status, reader.bytes((int) length));
    }

    public Bytes toBytes() {
        return new ByteWriter().u32(content.size()).u16(status).bytes(content).toBytes();
    }
}
