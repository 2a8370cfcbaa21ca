package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.gdb.PacketReader.Event;
import dev.igvmtool.debugger.gdb.PacketReader.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One client from its first byte to its last. A thread of its own takes packets off the connection, so that a run can be
 * interrupted; all else happens on the machine's thread.
 */
final class GdbSession {
    /** More packets than a client sends before it waits for an answer. */
    private static final int MOST_WAITING = 64;

    private final GdbServer.Target target;
    private final PacketReader reader;
    private final PacketWriter writer;
    private final Requests requests;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(MOST_WAITING);
    private volatile boolean over;

    GdbSession(GdbServer.Target target, SymbolFiles symbols, InputStream in, OutputStream out) {
        this.target = target;
        this.reader = new PacketReader(in);
        this.writer = new PacketWriter(out);
        this.requests = new Requests(target, symbols, this::sendConsole);
    }

    private void sendConsole(String text) {
        try {
            writer.send("O" + Hex.of(Bytes.utf8(text)));
        } catch (IOException gone) {
            // The reader notices, too.
            target.debugger().pause();
        }
    }

    /** Serves the client; true if it wants the server to end. */
    boolean run() throws IOException {
        target.debugger().forgetPause();
        Thread receiver = new Thread(this::receive, "gdb-receiver");
        receiver.setDaemon(true);
        receiver.start();
        try {
            return answer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            over = true;
            requests.close();
        }
    }

    private void receive() {
        while (!over) {
            Event event = reader.next();
            if (event.kind() == Kind.INTERRUPT || event.kind() == Kind.END) {
                target.debugger().pause();
            }
            if (!events.offer(event)) {
                // Nobody who waits for answers sends so much: the connection is given up.
                target.debugger().pause();
                events.clear();
                events.add(Event.of(Kind.END));
                return;
            }
            if (event.kind() == Kind.END) {
                return;
            }
        }
    }

    private boolean answer() throws IOException, InterruptedException {
        while (true) {
            Event event = events.take();
            switch (event.kind()) {
                case END -> {
                    return false;
                }
                case NACK -> writer.sendAgain();
                case BAD_PACKET -> {
                    if (requests.acknowledges()) {
                        writer.acknowledge(false);
                    }
                }
                case PACKET -> {
                    if (requests.acknowledges()) {
                        writer.acknowledge(true);
                    }
                    Reply reply = requests.answer(event.content());
                    if (reply.answered()) {
                        writer.send(reply.content());
                    }
                    if (reply.end() != Reply.End.NO) {
                        return reply.end() == Reply.End.SERVER;
                    }
                }
                case INTERRUPT -> target.debugger().forgetPause();
                case ACK -> {
                    // The connection is reliable.
                }
            }
        }
    }

    /** Text of a packet. */
    static String text(Bytes content) {
        return new String(content.toByteArray(), StandardCharsets.ISO_8859_1);
    }
}
