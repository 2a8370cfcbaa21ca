package dev.igvmtool.debugger.dap;

import java.io.IOException;
import java.util.List;

/** Loads what a client asks for. */
@FunctionalInterface
public interface Opener {
    /**
     * A run at its first moment.
     *
     * @param program image or recording
     * @param options as on the command line
     * @throws IOException if it cannot be read
     * @throws dev.igvmtool.abi.binary.IgvmToolException if it cannot be loaded, or the options are wrong
     */
    DapTarget open(String program, List<String> options) throws IOException;
}
