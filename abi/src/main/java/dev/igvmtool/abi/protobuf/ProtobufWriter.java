package dev.igvmtool.abi.protobuf;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import java.util.List;

/**
 * Writes a protobuf message field by field, as proto3 does: a value that is the default of its type is left out. In the
 * order of the calls. Specification: Protocol Buffers, Encoding.
 */
public final class ProtobufWriter {
    private static final int MORE = 0x80;

    private final ByteWriter writer = new ByteWriter();

    /** A number, as a varint; 0 is left out. */
    public ProtobufWriter number(int field, long value) {
        if (value != 0) {
            tag(field, ProtobufField.VARINT);
            varint(writer, value);
        }
        return this;
    }

    /** A message; one without fields is left out. */
    public ProtobufWriter message(int field, ProtobufWriter message) {
        return message.writer.size() == 0 ? this : element(field, message);
    }

    /** A message that is an element of a list, and stands there whatever it holds. */
    public ProtobufWriter element(int field, ProtobufWriter message) {
        return delimited(field, message.toBytes());
    }

    /** Bytes; none are left out. */
    public ProtobufWriter bytes(int field, Bytes content) {
        return content.isEmpty() ? this : delimited(field, content);
    }

    /** A list of numbers, packed; an empty one is left out. */
    public ProtobufWriter packed(int field, List<Long> values) {
        ByteWriter content = new ByteWriter();
        values.forEach(value -> varint(content, value));
        return bytes(field, content.toBytes());
    }

    private ProtobufWriter delimited(int field, Bytes content) {
        tag(field, ProtobufField.DELIMITED);
        varint(writer, content.size());
        writer.bytes(content);
        return this;
    }

    private void tag(int field, int wireType) {
        varint(writer, (long) field << 3 | wireType);
    }

    private static void varint(ByteWriter writer, long value) {
        long rest = value;
        while (Long.compareUnsigned(rest, MORE) >= 0) {
            writer.u8((int) (rest & 0x7f) | MORE);
            rest >>>= 7;
        }
        writer.u8((int) rest);
    }

    /** The message. */
    public Bytes toBytes() {
        return writer.toBytes();
    }
}
