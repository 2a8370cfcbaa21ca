package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Takes packets from a stream of bytes: {@code $}, content with escapes, {@code #}, checksum. What stands between packets
 * and is no sign of its own is passed over. Memory is bounded, whatever comes.
 */
final class PacketReader {
    /** Longest packet that is taken, as told to the client. */
    static final int MAX_PACKET = 1 << 16;

    private static final int END = -1;
    private static final int INTERRUPT = 3;
    private static final int ESCAPE = '}';
    private static final int ESCAPE_BIT = 0x20;

    private final InputStream in;
    private boolean begun;

    /** What came. */
    enum Kind {
        /** A packet whose checksum fits. */
        PACKET,
        /** A packet that is damaged or too long. */
        BAD_PACKET,
        /** The client got the last packet ({@code +}). */
        ACK,
        /** The client wants the last packet again ({@code -}). */
        NACK,
        /** The client wants the run to stop (byte 3). */
        INTERRUPT,
        /** The client is gone, in the middle of a packet or not. */
        END
    }

    /**
     * Something that came.
     *
     * @param content of a packet, without escapes; otherwise empty
     */
    record Event(Kind kind, Bytes content) {
        static Event of(Kind kind) {
            return new Event(kind, Bytes.EMPTY);
        }
    }

    PacketReader(InputStream in) {
        this.in = in;
    }

    /** Waits for the next event. */
    Event next() {
        try {
            while (true) {
                int octet = in.read();
                if (!begun && "$+-".indexOf(octet) < 0 && octet != INTERRUPT) {
                    // Whoever begins with something else is not gdb: a browser, sent here by a page that its user
                    // reads.
                    return Event.of(Kind.END);
                }
                begun = true;
                switch (octet) {
                    case END -> {
                        return Event.of(Kind.END);
                    }
                    case '$' -> {
                        return packet();
                    }
                    case '+' -> {
                        return Event.of(Kind.ACK);
                    }
                    case '-' -> {
                        return Event.of(Kind.NACK);
                    }
                    case INTERRUPT -> {
                        return Event.of(Kind.INTERRUPT);
                    }
                    default -> {
                        // Noise.
                    }
                }
            }
        } catch (IOException gone) {
            return Event.of(Kind.END);
        }
    }

    private Event packet() throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        int sum = 0;
        boolean escaped = false;
        boolean tooLong = false;
        while (true) {
            int octet = in.read();
            if (octet == END) {
                return Event.of(Kind.END);
            }
            if (octet == '#') {
                break;
            }
            if (octet == '$') {
                // A new packet begins: what came before it was cut off.
                content.reset();
                sum = 0;
                escaped = false;
                tooLong = false;
                continue;
            }
            sum += octet;
            if (octet == ESCAPE && !escaped) {
                escaped = true;
                continue;
            }
            tooLong |= content.size() >= MAX_PACKET;
            if (!tooLong) {
                content.write(escaped ? octet ^ ESCAPE_BIT : octet);
            }
            escaped = false;
        }
        int first = in.read();
        int second = in.read();
        if (first == END || second == END) {
            return Event.of(Kind.END);
        }
        int high = Character.digit(first, 16);
        int low = Character.digit(second, 16);
        boolean fits = high >= 0 && low >= 0 && (high << 4 | low) == (sum & 0xff);
        return fits && !tooLong ? new Event(Kind.PACKET, Bytes.wrap(content.toByteArray())) : Event.of(Kind.BAD_PACKET);
    }
}
