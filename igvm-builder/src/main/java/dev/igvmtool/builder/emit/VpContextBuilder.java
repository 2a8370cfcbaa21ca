package dev.igvmtool.builder.emit;

import dev.igvmtool.format.context.VbsRegister;
import java.util.List;

/** Puts the state of the first processor into the form of a platform. */
interface VpContextBuilder {
    /**
     * Adds what carries the state.
     *
     * @param registers in order of import, each at most once
     */
    void finish(List<VbsRegister> registers, IgvmSink sink);
}
