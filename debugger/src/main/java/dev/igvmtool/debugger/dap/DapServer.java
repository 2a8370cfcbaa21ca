package dev.igvmtool.debugger.dap;

import dev.igvmtool.debugger.ClientListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Waits for clients and serves them, one at a time, on the machine's thread. What a client does cannot end the server but
 * for its own request to.
 */
public final class DapServer implements Closeable {
    private final ClientListener listener;
    private final Settings settings;

    /**
     * What is served.
     *
     * @param opener loads what a client launches
     * @param target what it can attach to, if something is loaded already
     * @param sources folder of this project's sources, if it is known
     */
    public record Settings(Opener opener, Optional<DapTarget> target, Optional<Path> sources) {}

    /**
     * Opens a port.
     *
     * @param address to listen on: loopback, unless the user wants others to reach it
     * @param port 0 for any that is free
     */
    public DapServer(Settings settings, InetAddress address, int port) throws IOException {
        this.settings = settings;
        listener = new ClientListener(address, port);
    }

    /** The address with the port that was opened. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /**
     * Serves clients until one asks for an end.
     *
     * @param once ends when the first client is gone, too
     */
    public void serve(boolean once) throws IOException {
        listener.serve(once, (in, out) -> serve(settings, in, out));
    }

    /** Serves the client at the other end of two streams; true if it wants an end of all. */
    public static boolean serve(Settings settings, InputStream in, OutputStream out) {
        return new Connection(settings, in, out).run();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
