package dev.igvmtool.debugger.dap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A whole session, message by message; {@code golden/dap/README} says what is in it. */
class ConversationTest {
    private static final String REQUEST = "--> ";
    private static final String ANSWER = "<-- ";

    @Test
    void goesAsRecorded() throws Exception {
        List<String> expected = new ArrayList<>();
        try (InputStream golden = ConversationTest.class.getResourceAsStream("/golden/dap/conversation.txt")) {
            new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(REQUEST) || line.startsWith(ANSWER))
                    .forEach(expected::add);
        }
        List<String> said = new ArrayList<>();
        try (Servers servers = Servers.start();
                DapClient client = servers.client()) {
            for (String line : expected) {
                if (line.startsWith(REQUEST)) {
                    client.message(line.substring(REQUEST.length()));
                    said.add(line);
                } else {
                    said.add(ANSWER + client.next());
                }
            }
        } finally {
            String file = System.getProperty("dap.conversation", "");
            if (!file.isEmpty()) {
                // What was said, to look at.
                write(Path.of(file), said);
            }
        }
        assertEquals(String.join("\n", expected), String.join("\n", said));
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
    }
}
