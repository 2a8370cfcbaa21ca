package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A client of the Debug Adapter Protocol, for tests. */
final class DapClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InputStream in;
    private final OutputStream out;
    private int seq;

    DapClient(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** What a request is answered; fails if it is refused. Quotes in the arguments may be single. */
    JsonNode ask(String command, String arguments) throws IOException {
        seq++;
        ObjectNode request = JSON.createObjectNode()
                .put("seq", seq)
                .put("type", "request")
                .put("command", command)
                .set("arguments", JSON.readTree(arguments.replace('\'', '"')));
        byte[] content = JSON.writeValueAsBytes(request);
        out.write(("Content-Length: " + content.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(content);
        out.flush();
        JsonNode answer;
        do {
            answer = next();
        } while (answer.path("request_seq").asInt() != seq);
        assertTrue(answer.path("success").asBoolean(), answer.toString());
        return answer.path("body");
    }

    /** Waits for an event. */
    JsonNode event(String name) throws IOException {
        JsonNode message;
        do {
            message = next();
        } while (!message.path("event").asText().equals(name));
        return message.path("body");
    }

    private JsonNode next() throws IOException {
        int length = 0;
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new AssertionError("the server has hung up");
            }
            if (octet != '\n') {
                line.append((char) octet);
                continue;
            }
            String header = line.toString().strip();
            line.setLength(0);
            if (header.isEmpty()) {
                return JSON.readTree(in.readNBytes(length));
            }
            length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
        }
    }
}
