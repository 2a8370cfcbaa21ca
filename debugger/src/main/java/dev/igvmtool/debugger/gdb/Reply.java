package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * An answer to a request.
 *
 * @param answered false for requests that have no answer
 * @param content of the packet
 * @param end what ends with it
 */
record Reply(boolean answered, Bytes content, End end) {
    /** What ends. */
    enum End {
        NO,
        /** The connection. */
        SESSION,
        /** The server. */
        SERVER
    }

    /** Done. */
    static final Reply OK = of("OK");

    /** The request is unknown. */
    static final Reply UNKNOWN = of("");

    static Reply of(String text) {
        return new Reply(true, Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), End.NO);
    }

    static Reply of(Bytes content) {
        return new Reply(true, content, End.NO);
    }

    /** It cannot be done; the number says why, as far as gdb shows it. */
    static Reply error(int number) {
        return of(String.format("E%02x", number));
    }

    Reply ending(End what) {
        return new Reply(answered, content, what);
    }

    /** No answer, and the end. */
    static Reply silent(End what) {
        return new Reply(false, Bytes.EMPTY, what);
    }
}
