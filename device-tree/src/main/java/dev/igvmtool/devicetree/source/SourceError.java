package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.devicetree.live.Place;

/** Source text that cannot be read on from here; never leaves this package. */
final class SourceError extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    final transient Place place;

    /** True if the rest of the source makes no sense. */
    final boolean fatal;

    SourceError(Place place, String message, boolean fatal) {
        super(message);
        this.place = place;
        this.fatal = fatal;
    }
}
