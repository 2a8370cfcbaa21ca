package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;
import org.jspecify.annotations.Nullable;

/** What one client has opened. */
final class Session {
    private final DapServer.Settings settings;
    private @Nullable IDebugProtocolClient client;
    private volatile @Nullable Debuggee debuggee;
    private boolean stopOnEntry = true;

    Session(DapServer.Settings settings) {
        this.settings = settings;
    }

    void connect(IDebugProtocolClient remote) {
        client = remote;
    }

    IDebugProtocolClient client() {
        IDebugProtocolClient known = client;
        if (known == null) {
            throw new IllegalStateException("nobody is connected");
        }
        return known;
    }

    /** Loads a program. */
    void launch(String program, List<String> options, Optional<Path> sources) {
        try {
            open(settings.opener().open(program, options), sources);
        } catch (IOException e) {
            throw new IgvmToolException(program + ": " + e.getMessage());
        }
    }

    /** Takes what the server has loaded already. */
    void attach(Optional<Path> sources) {
        open(
                settings.target()
                        .orElseThrow(() -> new IgvmToolException(
                                "the server has loaded nothing to attach to: start it with an image, or launch one")),
                sources);
    }

    private void open(DapTarget target, Optional<Path> sources) {
        close();
        debuggee = new Debuggee(target, sources.or(settings::sources), client());
    }

    /** Whether to stop at the first moment. */
    void setStopOnEntry(boolean value) {
        stopOnEntry = value;
    }

    boolean stopOnEntry() {
        return stopOnEntry;
    }

    /** What is debugged. */
    Debuggee debuggee() {
        Debuggee known = debuggee;
        if (known == null) {
            throw new IgvmToolException("nothing is loaded: launch or attach first");
        }
        return known;
    }

    /** Stops the run that goes on. May be called on any thread. */
    void pause() {
        Debuggee known = debuggee;
        if (known != null) {
            known.debugger().pause();
        }
    }

    /** The client is gone. */
    void close() {
        Debuggee known = debuggee;
        if (known != null) {
            known.close();
            known.debugger().forgetPause();
        }
    }
}
