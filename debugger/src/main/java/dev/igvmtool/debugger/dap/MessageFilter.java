package dev.igvmtool.debugger.dap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Messages on their way to a parser: each is passed on whole or not at all, and none that is longer than {@link
 * #MAX_MESSAGE}. After something that is no message the stream is at its end, since nobody knows where the next one
 * begins. Memory is bounded, whatever comes. Specification: Debug Adapter Protocol, base protocol.
 */
final class MessageFilter extends InputStream {
    /** Longest message, bytes. */
    static final int MAX_MESSAGE = 1 << 20;

    private static final int MAX_HEADER = 1 << 10;
    private static final int MAX_DIGITS = 7;
    private static final String LENGTH = "content-length:";
    private static final String TYPE = "content-type:";

    /** Stands for a line that has no end, or not soon enough. */
    private static final String BROKEN = "\n";

    private static final int END = -1;

    private final InputStream in;
    private final Runnable atEnd;
    private byte[] message = {};
    private int next;
    private boolean over;

    /** @param atEnd called once, on the thread that reads, when nothing more can come */
    MessageFilter(InputStream in, Runnable atEnd) {
        this.in = in;
        this.atEnd = atEnd;
    }

    @Override
    public int read() {
        return fill() ? message[next++] & 0xff : END;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return END;
        }
        int count = Math.min(length, message.length - next);
        System.arraycopy(message, next, target, offset, count);
        next += count;
        return count;
    }

    /** True if there is a byte to pass on. */
    private boolean fill() {
        if (next < message.length) {
            return true;
        }
        if (!over) {
            try {
                message = next();
                next = 0;
            } catch (IOException gone) {
                message = new byte[0];
            }
            over = message.length == 0;
            if (over) {
                next = 0;
                atEnd.run();
            }
        }
        return !over;
    }

    /** The next message with its header; nothing if there is none. */
    private byte[] next() throws IOException {
        int length = -1;
        int header = 0;
        while (true) {
            String line = line(MAX_HEADER - header);
            header += line.length() + 2;
            if (line.isEmpty()) {
                break;
            }
            if (line.equals(BROKEN) || header > MAX_HEADER) {
                return new byte[0];
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith(LENGTH)) {
                length = number(line.substring(LENGTH.length()).strip());
            } else if (!lower.startsWith(TYPE)) {
                // Least of all a request line: a web page must not reach this server through its reader's browser.
                return new byte[0];
            }
        }
        if (length <= 0 || length > MAX_MESSAGE) {
            return new byte[0];
        }
        byte[] content = in.readNBytes(length);
        if (content.length < length) {
            return new byte[0];
        }
        byte[] head = ("Content-Length: " + length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[head.length + length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(content, 0, whole, head.length, length);
        return whole;
    }

    private String line(int most) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() <= most) {
            int octet = in.read();
            if (octet == END) {
                return BROKEN;
            }
            if (octet == '\n') {
                int last = line.length() - 1;
                return last >= 0 && line.charAt(last) == '\r' ? line.substring(0, last) : line.toString();
            }
            line.append((char) octet);
        }
        return BROKEN;
    }

    private static int number(String digits) {
        if (digits.isEmpty() || digits.length() > MAX_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Integer.parseInt(digits);
    }
}
