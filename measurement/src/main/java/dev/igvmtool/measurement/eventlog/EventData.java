package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the data of an event is what its digest stands for: only digests are measured, data can say anything. */
public enum EventData {
    /** The digest is the hash of the data, or of the part that is measured. */
    MATCHES("data matches"),

    /** It is not, although it should be. */
    DIFFERS("data differs"),

    /** The digest stands for something that is not in the log. */
    NOT_IN_LOG("content not in the log");

    private static final int VARIABLE_HEADER_BYTES = 32;

    private final String text;

    EventData(String text) {
        this.text = text;
    }

    /** In words. */
    public String text() {
        return text;
    }

    /** Compares the data of an event with its digest. */
    public static EventData check(LogEvent event, LogHash hash) {
        Optional<EventType> type = EventType.of(event.type());
        Optional<Bytes> digest = event.digest(hash);
        if (type.isEmpty() || digest.isEmpty()) {
            return NOT_IN_LOG;
        }
        List<Bytes> candidates = candidates(type.get().content(), event.data());
        if (candidates.stream().anyMatch(it -> hash.hash(it).equals(digest.get()))) {
            return MATCHES;
        }
        return candidates.isEmpty() ? NOT_IN_LOG : DIFFERS;
    }

    private static List<Bytes> candidates(EventType.Content content, Bytes data) {
        List<Bytes> candidates = new ArrayList<>();
        switch (content) {
            case DATA -> candidates.add(data);
            case DATA_OR_VARIABLE -> {
                candidates.add(data);
                variable(data).ifPresent(candidates::add);
            }
            case TEXT_AFTER_PREFIX -> text(data).ifPresent(candidates::add);
            case PE_IMAGE, ELSEWHERE -> {}
        }
        return candidates;
    }

    /** Content of the variable in {@code UEFI_VARIABLE_DATA}. */
    private static Optional<Bytes> variable(Bytes data) {
        if (data.size() < VARIABLE_HEADER_BYTES) {
            return Optional.empty();
        }
        long nameLength = data.u64(16);
        long contentSize = data.u64(24);
        int room = data.size() - VARIABLE_HEADER_BYTES;
        if (nameLength < 0 || nameLength > room / 2 || contentSize != room - 2 * nameLength) {
            return Optional.empty();
        }
        return Optional.of(data.from(VARIABLE_HEADER_BYTES + (int) (2 * nameLength)));
    }

    /** The text behind {@code prefix: }, without the zero byte at its end. */
    static Optional<Bytes> text(Bytes data) {
        int size = data.size();
        if (size > 0 && data.get(size - 1) == 0) {
            size--;
        }
        for (int i = 0; i + 1 < size; i++) {
            if (data.get(i) == ':' && data.get(i + 1) == ' ') {
                return Optional.of(data.slice(i + 2, size - i - 2));
            }
        }
        return Optional.empty();
    }
}
