package dev.igvmtool.debugger.dap;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The other end of a connection, for tests: messages are lines of JSON. */
final class DapClient implements Closeable {
    private static final int MOST_MILLISECONDS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private int lastSeq;

    DapClient(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(MOST_MILLISECONDS);
        in = socket.getInputStream();
    }

    /** Bytes as they are. */
    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void send(String bytes) throws IOException {
        send(bytes.getBytes(StandardCharsets.UTF_8));
    }

    /** A message with its header. */
    void message(String json) throws IOException {
        byte[] content = json.getBytes(StandardCharsets.UTF_8);
        send("Content-Length: " + content.length + "\r\n\r\n" + json);
    }

    /** A request; what is answered is the next message. */
    void request(String command, String arguments) throws IOException {
        lastSeq++;
        message("{\"seq\":" + lastSeq + ",\"type\":\"request\",\"command\":\"" + command + "\",\"arguments\":"
                + arguments + "}");
    }

    /** The answer to a request; events before it are passed over. */
    String ask(String command, String arguments) throws IOException {
        request(command, arguments);
        return until("\"request_seq\":" + lastSeq + ",");
    }

    /** The next message that has this text; those before it are passed over. */
    String until(String text) throws IOException {
        String message;
        do {
            message = next();
        } while (!message.contains(text));
        return message;
    }

    /** The next message, without its header; fails if there is none. */
    String next() throws IOException {
        int length = -1;
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
                return new String(in.readNBytes(length), StandardCharsets.UTF_8);
            }
            length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
        }
    }

    /** Whether the server hangs up; what it still says is passed over. */
    boolean isOver() throws IOException {
        while (in.read() >= 0) {
            // Passed over.
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
