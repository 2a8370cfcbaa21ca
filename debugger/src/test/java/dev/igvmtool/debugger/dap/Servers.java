package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.HistoryLimits;
import dev.igvmtool.debugger.Runs;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** A server of small machines that runs on a thread of its own, for tests. */
final class Servers implements AutoCloseable {
    private static final long PATIENCE = 60_000;

    private final DapServer server;
    private final Thread thread;

    private Servers(Optional<DapTarget> target) throws IOException {
        server = new DapServer(
                new DapServer.Settings(Servers::open, target, Optional.empty()), InetAddress.getLoopbackAddress(), 0);
        thread = new Thread(() -> {
            try {
                server.serve(false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        thread.start();
    }

    /** One that has loaded nothing. */
    static Servers start() throws IOException {
        return new Servers(Optional.empty());
    }

    /** One that has loaded a machine which counts for ever. */
    static Servers startWith(Debugger debugger) throws IOException {
        return new Servers(Optional.of(target(debugger)));
    }

    static DapTarget target(Debugger debugger) {
        return new DapTarget(debugger, new Structures(debugger, Optional.empty()), Origins.UNKNOWN);
    }

    /** {@code counter ROUNDS}: three VPs that count. */
    private static DapTarget open(String program, List<String> options) {
        if (!program.equals("counter") || options.size() != 1) {
            throw new IgvmToolException(program + ": no such file");
        }
        return target(Runs.debugger(
                Runs.counting(3, Integer.parseInt(options.get(0)), cpu -> {}),
                new HistoryLimits(64, 10_000_000, 8 << 20, 200)));
    }

    DapClient client() throws IOException {
        return new DapClient(server.address());
    }

    DapServer server() {
        return server;
    }

    /** Whether the server comes to an end by itself. */
    boolean ends() throws InterruptedException {
        thread.join(PATIENCE);
        return !thread.isAlive();
    }

    @Override
    public void close() throws IOException {
        server.close();
        thread.interrupt();
        boolean ended = false;
        try {
            ended = ends();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            throw new AssertionError("the server does not come to an end");
        }
    }
}
