package dev.igvmtool.debugger.console;

import java.io.IOException;

/** Writes the run, as it is known, to a file. */
@FunctionalInterface
public interface Saver {
    /** Runs cannot be saved. */
    Saver NONE = file -> {
        throw new IOException("runs cannot be saved here");
    };

    void save(String file) throws IOException;
}
