package dev.igvmtool.abi.get;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U8;

/**
 * A message: {@code HeaderGeneric} with what follows.
 *
 * @param header which message it is
 * @param body all after the header
 */
public record GetMessage(Header header, Bytes body) {
    /** Version of the message format. */
    public static final int VERSION = 1;

    /** Guest to host, without an answer. */
    public static final int HOST_NOTIFICATION = 1;
    /** Guest to host. */
    public static final int HOST_REQUEST = 2;
    /** Host to guest: the answer, with the id of the request. */
    public static final int HOST_RESPONSE = 3;
    /** Host to guest, without an answer. */
    public static final int GUEST_NOTIFICATION = 4;

    /** Request: protocol version, u32; response: u8 accepted. */
    public static final int NEGOTIATE_VERSION = 1;
    /** Request: {@link SavePiece}; response: u16 status. */
    public static final int SAVE_STATE = 20;
    /** Request: u16; response: {@link RestorePiece}. */
    public static final int RESTORE_STATE = 21;
    /** Host notification: u16 status. */
    public static final int RESTORED = 5;
    /** Host notification: u32 status, u32 size, text. */
    public static final int VTL0_STARTED = 7;
    /** Guest notification: {@link SaveRequest}. */
    public static final int SAVE = 2;

    /** The one protocol version that is asked for: 4.2. */
    public static final long PROTOCOL_VERSION = 0x0004_0002;

    /** Status: all is well, and a piece is the last. */
    public static final int SUCCESS = 0;
    /** Status: something went wrong. */
    public static final int FAILURE = 1;
    /** Status of a piece: more follow. */
    public static final int MORE = 2;
    /** Content of the request for saved state. */
    public static final int REQUEST_DATA = 3;

    /**
     * {@code HeaderRaw}, 4 bytes.
     *
     * @param version {@link #VERSION}
     * @param type who sends to whom, and whether an answer follows
     * @param id of the message, by type
     */
    public record Header(@U8 int version, @U8 int type, @U16 int id) {
        public static final Codec<Header> CODEC = Codec.of(Header.class, lookup());
    }

    /** A message with a header of the present version. */
    public static GetMessage of(int type, int id, Bytes body) {
        return new GetMessage(new Header(VERSION, type, id), body);
    }

    /** True if it is that message. */
    public boolean is(int type, int id) {
        return header.type == type && header.id == id;
    }

    /** Reads a whole message. */
    public static GetMessage read(Bytes content) {
        ByteReader reader = new ByteReader(content);
        Header header = Header.CODEC.read(reader);
        if (header.version != VERSION) {
            throw new FormatException("message of version " + header.version + ", expected " + VERSION);
        }
        return new GetMessage(header, reader.bytes(reader.remaining()));
    }

    /** The message as it travels. */
    public Bytes toBytes() {
        ByteWriter writer = new ByteWriter();
        Header.CODEC.write(writer, header);
        return writer.bytes(body).toBytes();
    }
}
