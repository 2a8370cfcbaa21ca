package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A crypto-agile event log.
 *
 * @param events in order, without the first record, which describes the log
 * @param sizeBytes from the start of the log to the end of its last event
 */
public record EventLog(List<LogEvent> events, int sizeBytes) {
    private static final Bytes SIGNATURE = Bytes.utf8("Spec ID Event03\0");
    private static final int SHA1_BYTES = 20;
    private static final int AFTER_SIGNATURE = 8;
    private static final int RECORD_START = 16;
    private static final long END = 0xffff_ffffL;

    public EventLog {
        events = List.copyOf(events);
    }

    /**
     * Reads a log; what follows its end does not matter.
     *
     * @throws FormatException if it is no such log or ends within an event
     */
    public static EventLog read(Bytes log) {
        ByteReader reader = new ByteReader(log);
        Map<Integer, Integer> sizes = readDescription(reader);
        List<LogEvent> events = new ArrayList<>();
        while (!isEnd(reader, log)) {
            int start = reader.position();
            try {
                events.add(readEvent(reader, sizes));
            } catch (FormatException e) {
                throw e.in(String.format("event %d at offset 0x%x of the event log", events.size(), start));
            }
        }
        return new EventLog(events, reader.position());
    }

    /** {@code TCG_EfiSpecIDEvent}: sizes of digests by algorithm. */
    private static Map<Integer, Integer> readDescription(ByteReader reader) {
        reader.skip(4);
        long type = reader.u32();
        reader.skip(SHA1_BYTES);
        long size = reader.u32();
        if (type != LogEvent.NO_ACTION || size > reader.remaining() || size < SIGNATURE.size()) {
            throw new FormatException(String.format(
                    "no event log: its first record has type 0x%x and 0x%x bytes, expected type 0x3", type, size));
        }
        Bytes description = reader.bytes((int) size);
        if (!description.slice(0, SIGNATURE.size()).equals(SIGNATURE)) {
            throw new FormatException("no crypto-agile event log: its first record is not Spec ID Event03");
        }
        ByteReader fields = new ByteReader(description);
        fields.skip(SIGNATURE.size() + AFTER_SIGNATURE);
        long count = fields.u32();
        Map<Integer, Integer> sizes = new HashMap<>();
        for (long i = 0; i < count; i++) {
            int algorithm = fields.u16();
            sizes.put(algorithm, fields.u16());
        }
        return sizes;
    }

    private static boolean isEnd(ByteReader reader, Bytes log) {
        if (reader.remaining() == 0) {
            return true;
        }
        Bytes start = log.slice(reader.position(), Math.min(RECORD_START, reader.remaining()));
        return start.isZero() || start.size() >= Integer.BYTES && start.u32(0) == END;
    }

    private static LogEvent readEvent(ByteReader reader, Map<Integer, Integer> sizes) {
        long register = reader.u32();
        long type = reader.u32();
        long count = reader.u32();
        if (count > sizes.size()) {
            throw new FormatException(String.format("%d digests, the log has %d algorithms", count, sizes.size()));
        }
        Map<Integer, Bytes> digests = new HashMap<>();
        for (long i = 0; i < count; i++) {
            int algorithm = reader.u16();
            Integer size = sizes.get(algorithm);
            if (size == null) {
                throw new FormatException(
                        String.format("digest of algorithm 0x%x, which the log does not declare", algorithm));
            }
            digests.put(algorithm, reader.bytes(size));
        }
        long size = reader.u32();
        if (size > reader.remaining()) {
            throw new FormatException(
                    String.format("0x%x bytes of event data, the log has 0x%x more", size, reader.remaining()));
        }
        return new LogEvent(register, type, digests, reader.bytes((int) size));
    }
}
