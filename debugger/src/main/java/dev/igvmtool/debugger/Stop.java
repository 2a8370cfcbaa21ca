package dev.igvmtool.debugger;

import java.util.List;

/**
 * Why a run stopped, and where.
 *
 * @param hits conditions that held, for {@link Reason#HIT}
 * @param detail one line where the reason needs it, otherwise empty
 */
public record Stop(Reason reason, Moment moment, List<Hit> hits, String detail) {
    public Stop {
        hits = List.copyOf(hits);
    }

    static Stop of(Reason reason, Moment moment) {
        return new Stop(reason, moment, List.of(), "");
    }

    /** What stopped it. */
    public enum Reason {
        /** What was asked for is done. */
        DONE,
        /** A condition holds. */
        HIT,
        /** No VP can take a turn; each waits for an interrupt, or to be started. */
        IDLE,
        /** No VP can take a turn, and one has stopped for a reason of its own. */
        VP_STOPPED,
        /** As many turns as were allowed. */
        LIMIT,
        /** The first moment, going backwards. */
        START,
        /** Somebody asked for it. */
        PAUSED
    }
}
