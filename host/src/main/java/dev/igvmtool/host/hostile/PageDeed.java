package dev.igvmtool.host.hostile;

import dev.igvmtool.abi.binary.Bytes;

/** What a host does to a page of its guest. */
public sealed interface PageDeed {
    /** Writes to it, from an offset on; impossible where the platform keeps the host out of private pages. */
    record Write(int offset, Bytes value) implements PageDeed {}

    /** What takes no arguments. */
    enum Plain implements PageDeed {
        /** Takes it away: every later access waits for a page that never comes. */
        WITHHOLD,
        /** Gives back an older page, as it was after loading; the platform knows that the guest has not accepted it. */
        REPLAY,
        /** Makes it shared without being asked. */
        SHARE
    }

    /** A word for reports. */
    default String describe() {
        if (this instanceof Write write) {
            return "write of " + write.value().size() + " bytes to";
        }
        return switch ((Plain) this) {
            case WITHHOLD -> "withholding of";
            case REPLAY -> "replay of";
            case SHARE -> "sharing of";
        };
    }
}
