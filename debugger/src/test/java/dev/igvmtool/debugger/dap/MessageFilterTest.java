package dev.igvmtool.debugger.dap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageFilterTest {
    private static final String FIRST = "Content-Length: 7\r\n\r\n{\"a\":1}";
    private static final String SECOND = "Content-Length: 2\r\n\r\n{}";

    private int ends;

    private String pass(String text) throws IOException {
        return pass(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private String pass(InputStream stream) throws IOException {
        ends = 0;
        try (MessageFilter filter = new MessageFilter(stream, () -> ends++)) {
            String text = new String(filter.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertEquals(-1, filter.read());
            assertEquals(1, ends, "the end is told once");
            return text;
        }
    }

    @Test
    void wholeMessagesPass() throws IOException {
        assertEquals(FIRST + SECOND, pass(FIRST + SECOND));
        assertEquals(SECOND, pass("content-length:2\nContent-Type: text\n\n{}"));
    }

    @Test
    void nothingPassesAfterWhatIsNoMessage() throws IOException {
        for (String bad : new String[] {
            "\r\n\r\n",
            "Content-Length: \r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}",
            "Content-Length: 0\r\n\r\n",
            "Content-Length: 2x\r\n\r\n{}",
            "Content-Length: 1048577\r\n\r\n{}",
            "Content-Length: 99999999999999999999\r\n\r\n{}",
            "Length: 2\r\n\r\n{}",
            "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            "Host: localhost\r\nContent-Length: 2\r\n\r\n{}",
            "x".repeat(5000) + "\r\n\r\n",
            "X: y\r\n".repeat(5000) + "\r\n"
        }) {
            assertEquals(FIRST, pass(FIRST + bad + SECOND), bad);
        }
    }

    @Test
    void cutMessageDoesNotPass() throws IOException {
        String both = FIRST + SECOND;
        for (int length = 0; length < both.length(); length++) {
            assertEquals(length < FIRST.length() ? "" : FIRST, pass(both.substring(0, length)));
        }
    }

    @Test
    void lengthsAreNotTrusted() throws IOException {
        // As much as is allowed, and nothing behind it: no more memory is taken than comes.
        assertEquals("", pass("Content-Length: 1048576\r\n\r\n{"));
        String most = "Content-Length: 1048576\r\n\r\n" + " ".repeat(1 << 20);
        assertEquals(most, pass(most));
    }

    @Test
    void anyBytesComeToAnEnd() throws IOException {
        Random random = new Random(11);
        for (int round = 0; round < 2000; round++) {
            StringBuilder noise = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                String[] parts = {"Content-Length:", " ", "2", "\r\n", "\n", "{}", "\u0000", "\u00ff", "7", FIRST};
                noise.append(parts[random.nextInt(parts.length)]);
            }
            String passed = pass(noise.toString());
            assertTrue(passed.isEmpty() || passed.startsWith("Content-Length: "), noise.toString());
        }
    }

    @Test
    void brokenConnectionIsAnEnd() throws IOException {
        assertEquals("", pass(new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset by peer");
            }

            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                return read();
            }
        }));
    }
}
