package dev.igvmtool.abi.hv;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.StructLayout;
import java.util.List;
import java.util.Optional;

/**
 * {@code HV_MESSAGE}, 256 bytes.
 *
 * @param type see {@link MessageType}
 * @param flags bit 0: more messages are pending
 * @param sender partition or port id
 * @param payload at most 240 bytes
 */
public record HvMessage(int type, int flags, long sender, Bytes payload) {
    public static final int SIZE = 256;
    public static final int MAX_PAYLOAD = 240;
    public static final Codec<HvMessage> CODEC = new MessageCodec();

    public HvMessage {
        if (payload.size() > MAX_PAYLOAD) {
            throw new IllegalArgumentException("payload of " + payload.size() + " bytes, at most " + MAX_PAYLOAD);
        }
    }

    /** A message of the hypervisor itself. */
    public HvMessage(int type, Bytes payload) {
        this(type, 0, 0, payload);
    }

    private static final class MessageCodec implements Codec<HvMessage> {
        @Override
        public int size() {
            return SIZE;
        }

        @Override
        public Optional<StructLayout> layout() {
            return Optional.of(new StructLayout(
                    "HV_MESSAGE",
                    SIZE,
                    List.of(
                            StructLayout.Field.integer("type", 0, 4),
                            StructLayout.Field.integer("payload_size", 4, 1),
                            StructLayout.Field.integer("flags", 5, 1),
                            StructLayout.Field.integer("sender", 8, 8),
                            StructLayout.Field.bytes("payload", SIZE - MAX_PAYLOAD, MAX_PAYLOAD))));
        }

        @Override
        public HvMessage read(ByteReader reader) {
            int type = (int) reader.u32();
            int payloadSize = reader.u8();
            int flags = reader.u8();
            reader.skip(2);
            long sender = reader.u64();
            if (payloadSize > MAX_PAYLOAD) {
                throw new FormatException(
                        "message payload has " + payloadSize + " bytes, expected at most " + MAX_PAYLOAD);
            }
            Bytes payload = reader.bytes(payloadSize);
            reader.skip(MAX_PAYLOAD - payloadSize);
            return new HvMessage(type, flags, sender, payload);
        }

        @Override
        public void write(ByteWriter writer, HvMessage value) {
            writer.u32(Integer.toUnsignedLong(value.type))
                    .u8(value.payload.size())
                    .u8(value.flags)
                    .u16(0)
                    .u64(value.sender)
                    .bytes(value.payload)
                    .zeros(MAX_PAYLOAD - value.payload.size());
        }
    }
}
