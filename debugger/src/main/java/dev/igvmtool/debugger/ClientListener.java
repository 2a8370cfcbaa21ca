package dev.igvmtool.debugger;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A port whose clients are served one at a time, on the thread that asks for it. A second client waits until the first is
 * gone; one that breaks off ends nothing but its own connection.
 */
public final class ClientListener implements Closeable {
    private final ServerSocket socket;

    /** What is done for a client. */
    public interface Service {
        /** Serves the client at the other end of two streams; true if it wants an end of all. */
        boolean serve(InputStream in, OutputStream out) throws IOException;
    }

    /**
     * Opens a port.
     *
     * @param address to listen on: loopback, unless the user wants others to reach it
     * @param port 0 for any that is free
     */
    public ClientListener(InetAddress address, int port) throws IOException {
        socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, port), 1);
    }

    /** The address with the port that was opened. */
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /**
     * Serves clients until one asks for an end.
     *
     * @param once ends when the first client is gone, too
     */
    public void serve(boolean once, Service service) throws IOException {
        boolean over = false;
        while (!over) {
            try (Socket client = socket.accept()) {
                client.setTcpNoDelay(true);
                over = service.serve(client.getInputStream(), client.getOutputStream());
            } catch (IOException gone) {
                if (socket.isClosed()) {
                    return;
                }
            }
            over |= once;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
