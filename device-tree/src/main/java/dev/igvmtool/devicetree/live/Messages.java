package dev.igvmtool.devicetree.live;

import dev.igvmtool.devicetree.live.Message.Severity;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects messages. A hostile input can deserve any number: only the first {@value #MOST} are kept, and no name is
 * shown longer than {@value #MOST_SHOWN} characters.
 */
public final class Messages {
    private static final int MOST = 10_000;
    private static final int MOST_SHOWN = 400;

    private final List<Message> all = new ArrayList<>();
    private long leftOut;
    private boolean errors;

    /** Adds an error of the language; work goes on. */
    public void error(Place place, String text) {
        add(Message.error(place, text));
    }

    /** Adds a message, unless there are too many. */
    public void add(Message message) {
        errors |= message.severity() == Severity.ERROR;
        if (all.size() < MOST) {
            all.add(message);
        } else {
            leftOut++;
        }
    }

    /** True if there was an error, kept or not. */
    public boolean hasErrors() {
        return errors;
    }

    /** True if no further message is kept: there is no point in looking for more. */
    public boolean isFull() {
        return all.size() >= MOST;
    }

    /** Those that were kept, in their order. */
    public List<Message> all() {
        return List.copyOf(all);
    }

    /** How many were not kept. */
    public long leftOut() {
        return leftOut;
    }

    /** A name of the input, cut for messages. */
    public static String shown(String name) {
        return name.length() > MOST_SHOWN ? name.substring(0, MOST_SHOWN) + "..." : name;
    }
}
