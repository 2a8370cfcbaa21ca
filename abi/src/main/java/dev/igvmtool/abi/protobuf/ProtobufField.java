package dev.igvmtool.abi.protobuf;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * One field of a protobuf message, in wire form. Specification: Protocol Buffers, Encoding.
 *
 * @param number of the field
 * @param wireType 0 varint, 1 64 bits, 2 length-delimited, 5 32 bits
 * @param value of wire types 0, 1 and 5
 * @param content of wire type 2
 */
public record ProtobufField(int number, int wireType, long value, Bytes content) {
    static final int VARINT = 0;
    private static final int FIXED64 = 1;
    static final int DELIMITED = 2;
    private static final int FIXED32 = 5;

    /** The fields of a message in stored order. */
    public static List<ProtobufField> fields(Bytes message) {
        ByteReader reader = new ByteReader(message);
        List<ProtobufField> fields = new ArrayList<>();
        while (reader.remaining() > 0) {
            long tag = readVarint(reader);
            int number = (int) (tag >>> 3);
            int wireType = (int) tag & 7;
            if (number == 0 || tag >>> 32 != 0) {
                throw new FormatException(String.format("field tag 0x%x is not valid", tag));
            }
            fields.add(
                    switch (wireType) {
                        case VARINT -> new ProtobufField(number, wireType, readVarint(reader), Bytes.EMPTY);
                        case FIXED64 -> new ProtobufField(number, wireType, reader.u64(), Bytes.EMPTY);
                        case DELIMITED -> new ProtobufField(number, wireType, 0, readDelimited(reader));
                        case FIXED32 -> new ProtobufField(number, wireType, reader.u32(), Bytes.EMPTY);
                        default ->
                            throw new FormatException(
                                    "wire type " + wireType + " of field " + number + " is not known");
                    });
        }
        return fields;
    }

    /** The number of a varint field. */
    public long varint() {
        expect(VARINT);
        return value;
    }

    /** The bytes of an embedded message. */
    public Bytes message() {
        expect(DELIMITED);
        return content;
    }

    /** The numbers of a packed field, or the one of an unpacked element. */
    public List<Long> varints() {
        if (wireType == VARINT) {
            return List.of(value);
        }
        ByteReader reader = new ByteReader(message());
        List<Long> values = new ArrayList<>();
        while (reader.remaining() > 0) {
            values.add(readVarint(reader));
        }
        return values;
    }

    private void expect(int type) {
        if (wireType != type) {
            throw new FormatException(String.format("field %d has wire type %d, expected %d", number, wireType, type));
        }
    }

    private static Bytes readDelimited(ByteReader reader) {
        long length = readVarint(reader);
        if (Long.compareUnsigned(length, reader.remaining()) > 0) {
            throw new FormatException(
                    String.format("field needs 0x%x bytes, the message has 0x%x left", length, reader.remaining()));
        }
        return reader.bytes((int) length);
    }

    private static long readVarint(ByteReader reader) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = reader.u8();
            result |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return result;
            }
        }
        throw new FormatException("a number has more than 10 bytes");
    }
}
