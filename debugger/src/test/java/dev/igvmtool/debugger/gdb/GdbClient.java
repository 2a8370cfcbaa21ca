package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The other end of a connection, for tests: sends requests and waits for answers. */
final class GdbClient implements Closeable {
    private static final int MOST_MILLISECONDS = 30_000;

    private final Socket socket;
    private final PacketReader reader;
    private final PacketWriter writer;
    private final StringBuilder console = new StringBuilder();

    GdbClient(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(MOST_MILLISECONDS);
        reader = new PacketReader(socket.getInputStream());
        writer = new PacketWriter(socket.getOutputStream());
    }

    /** A connection without acknowledgements. */
    static GdbClient quiet(InetSocketAddress address) throws IOException {
        GdbClient client = new GdbClient(address);
        client.ask("QStartNoAckMode");
        return client;
    }

    /** The answer to a request; text for the user is put aside. */
    String ask(String request) throws IOException {
        writer.send(request);
        return answer();
    }

    String answer() {
        while (true) {
            PacketReader.Event event = reader.next();
            if (event.kind() == PacketReader.Kind.END) {
                throw new AssertionError("the server has hung up, or does not answer");
            }
            String text = GdbSession.text(event.content());
            if (event.kind() == PacketReader.Kind.PACKET) {
                if (!text.matches("O[0-9a-f]+")) {
                    return text;
                }
                console.append(Bytes.fromHex(text.substring(1)).toUtf8());
            }
        }
    }

    /** What the server told the user since the last time. */
    String console() {
        String text = console.toString();
        console.setLength(0);
        return text;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    void send(String bytes) throws IOException {
        send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
