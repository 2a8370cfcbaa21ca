package dev.igvmtool.debugger.gdb;

import dev.igvmtool.debugger.ClientListener;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * Waits for gdb and serves it: one client at a time, on the machine's thread. A second client waits until the first is gone.
 * What a client does cannot end the server but for its own kill request.
 */
public final class GdbServer implements Closeable {
    private final ClientListener listener;
    private final Target target;
    private final SymbolFiles symbols;

    /**
     * What is served.
     *
     * @param payloads lines that load symbols of other files than this server's, for {@code monitor symbols}
     */
    public record Target(Debugger debugger, Structures structures, Origins origins, Supplier<List<String>> payloads) {}

    /**
     * Opens a port.
     *
     * @param address to listen on: loopback, unless the user wants others to reach it
     * @param port 0 for any that is free
     */
    public GdbServer(Target target, InetAddress address, int port) throws IOException {
        this.target = target;
        this.symbols = new SymbolFiles(target.debugger(), target.structures());
        // gdb waits two seconds for an answer and then loses count of them: what takes long is done before it comes.
        symbols.all();
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
        listener.serve(once, (in, out) -> new GdbSession(target, symbols, new BufferedInputStream(in), out).run());
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
