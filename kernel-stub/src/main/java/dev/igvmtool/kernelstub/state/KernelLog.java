package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The kernel log in guest memory: a header, then records in the form in which {@code /dev/kmsg} gives them out,
 * {@code priority,sequence,microseconds,-;text} and a newline. When the buffer is full the older half goes.
 *
 * <p>Header: u64 bytes of records, u64 bytes dropped before them, u64 sequence number of the next record.
 *
 * @param physical memory by guest physical address
 * @param buffer the whole buffer
 */
public record KernelLog(Memory physical, GpaRange buffer) {
    /** Default size, that of {@code log_buf_len=128K}. */
    public static final int SIZE = 128 * 1024;

    private static final int HEADER = 24;
    private static final int DROPPED = 8;
    private static final int SEQUENCE = 16;
    private static final int MAX_TEXT = 1024;

    /** One record, {@code priority,sequence,microseconds,-;text}, and where the next one starts. */
    public record Entry(Bytes text, long next) {
        private String field(int index) {
            return text.toUtf8().split("[,;\\n]", 5)[index];
        }

        /** Facility times 8 plus level. */
        public int priority() {
            return Integer.parseInt(field(0));
        }

        /** Time since the kernel's start. */
        public long microseconds() {
            return Long.parseLong(field(2));
        }

        /** The message. */
        public String message() {
            return field(4).stripTrailing();
        }
    }

    /** Makes the buffer an empty log. */
    public void clear() {
        physical.zero(buffer.start(), HEADER);
    }

    /** Adds a record; control characters in {@code text} are escaped. */
    public void append(int priority, long microseconds, String text) {
        long sequence = physical.readU64(buffer.start() + SEQUENCE);
        Bytes line = Bytes.utf8(priority + "," + sequence + "," + microseconds + ",-;" + clean(text) + "\n");
        long used = used();
        if (used + line.size() > capacity()) {
            dropOlderHalf();
            used = used();
        }
        physical.writeBytes(buffer.start() + HEADER + used, line);
        physical.writeU64(buffer.start(), used + line.size());
        physical.writeU64(buffer.start() + SEQUENCE, sequence + 1);
    }

    /** The record at {@code position}, which counts from the first byte that was ever logged; older ones are skipped. */
    public Optional<Entry> at(long position) {
        long dropped = physical.readU64(buffer.start() + DROPPED);
        long offset = Math.max(position, dropped) - dropped;
        long used = used();
        if (offset >= used) {
            return Optional.empty();
        }
        int length = (int) Math.min(used - offset, MAX_TEXT * 8L);
        Bytes rest = physical.readBytes(buffer.start() + HEADER + offset, length);
        int end = 0;
        while (end < rest.size() && rest.get(end) != '\n') {
            end++;
        }
        int size = Math.min(end + 1, rest.size());
        return Optional.of(new Entry(rest.slice(0, size), dropped + offset + size));
    }

    /** All records that are still there. */
    public String text() {
        return physical.readBytes(buffer.start() + HEADER, (int) used()).toUtf8();
    }

    /** Bytes of records; never more than there is room for, whatever memory says. */
    private long used() {
        return Math.min(physical.readU64(buffer.start()) & Long.MAX_VALUE, capacity());
    }

    private long capacity() {
        return buffer.size() - HEADER;
    }

    private void dropOlderHalf() {
        Bytes records = physical.readBytes(buffer.start() + HEADER, (int) used());
        int from = records.size() / 2;
        while (from < records.size() && records.get(from - 1) != '\n') {
            from++;
        }
        Bytes kept = records.from(from);
        physical.writeBytes(buffer.start() + HEADER, kept);
        physical.writeU64(buffer.start(), kept.size());
        physical.writeU64(buffer.start() + DROPPED, physical.readU64(buffer.start() + DROPPED) + from);
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        String shortened = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
        for (byte b : shortened.getBytes(StandardCharsets.UTF_8)) {
            int c = Byte.toUnsignedInt(b);
            if (c < ' ' || c >= 0x7f || c == '\\') {
                clean.append(String.format("\\x%02x", c));
            } else {
                clean.append((char) c);
            }
        }
        return clean.toString();
    }
}
