package dev.igvmtool.machine.memory;

/** To whom a page of an isolated partition belongs. Without isolation every page is {@link #ACCEPTED}. */
public enum PageState {
    /** Private, and the guest relies on it: validated in the RMP, accepted by the TD, accepted by VTL 2. */
    ACCEPTED,
    /** Private as the host says; the guest has not accepted it. */
    UNACCEPTED,
    /** Visible to the host. */
    SHARED,
    /** Taken away by the host: an access waits for a page that does not come. */
    WITHHELD;

    private static final PageState[] VALUES = values();

    static PageState of(int number) {
        return VALUES[number];
    }

    int number() {
        return ordinal();
    }
}
