package dev.igvmtool.measurement.eventlog;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A log that is to be expected: that of an earlier boot, with some events replaced and others added. What a new kernel or
 * command line does to the registers is found out so, without booting it.
 */
public final class Prediction {
    private static final LogHash HASH = LogHash.SHA384;

    private final List<LogEvent> events;

    /** Starts from the events of a boot, or from none. */
    public Prediction(List<LogEvent> events) {
        this.events = new ArrayList<>(events);
    }

    /** The events that are expected. */
    public List<LogEvent> events() {
        return List.copyOf(events);
    }

    /**
     * Another content for an event: an executable by its Authenticode hash if the event is about one, anything else by the
     * hash of its bytes.
     *
     * @throws FormatException if there is no such event, or the content is no executable and must be one
     */
    public void replaceContent(int index, Bytes content) {
        boolean executable = EventType.of(event(index).type())
                .map(type -> type.content() == EventType.Content.PE_IMAGE)
                .orElse(false);
        replaceDigest(index, executable ? PeHash.of(content, HASH) : HASH.hash(content));
    }

    /** @throws FormatException if there is no such event, or the digest is not 48 bytes long */
    public void replaceDigest(int index, Bytes digest) {
        if (digest.size() != HASH.size()) {
            throw new FormatException("digest of " + digest.size() + " bytes, expected " + HASH.size());
        }
        events.set(index, event(index).withDigest(HASH, digest));
    }

    /** Adds an event with that content at the end. */
    public void extend(int rtmr, Bytes content) {
        extendDigest(rtmr, HASH.hash(content));
    }

    /** Adds an event with that digest at the end. */
    public void extendDigest(int rtmr, Bytes digest) {
        events.add(new LogEvent(rtmr + 1L, 0, Map.of(HASH.id(), digest), Bytes.EMPTY));
    }

    private LogEvent event(int index) {
        if (index < 0 || index >= events.size()) {
            throw new FormatException("no event " + index + " in the event log, which has " + events.size());
        }
        return events.get(index);
    }
}
