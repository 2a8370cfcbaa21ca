package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.debug.Capabilities;
import org.eclipse.lsp4j.debug.ConfigurationDoneArguments;
import org.eclipse.lsp4j.debug.DisconnectArguments;
import org.eclipse.lsp4j.debug.ExceptionBreakpointsFilter;
import org.eclipse.lsp4j.debug.InitializeRequestArguments;
import org.eclipse.lsp4j.debug.RestartArguments;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;
import org.eclipse.lsp4j.debug.TerminateArguments;
import org.eclipse.lsp4j.debug.TerminatedEventArguments;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** How a session begins and ends. */
final class Lifecycle {
    private final Session session;
    private final Mailbox mailbox;
    private boolean wantsEnd;

    Lifecycle(Session session, Mailbox mailbox) {
        this.session = session;
        this.mailbox = mailbox;
    }

    /** Whether the client wants no other client to be served. */
    boolean wantsEnd() {
        return wantsEnd;
    }

    /** What this server can do. */
    @JsonRequest
    public CompletableFuture<Capabilities> initialize(InitializeRequestArguments unused) {
        return mailbox.answer(() -> {
            Capabilities can = new Capabilities();
            can.setSupportsConfigurationDoneRequest(true);
            can.setSupportsFunctionBreakpoints(true);
            can.setSupportsInstructionBreakpoints(true);
            can.setSupportsDataBreakpoints(true);
            can.setSupportsDataBreakpointBytes(true);
            can.setSupportsStepBack(true);
            can.setSupportsSingleThreadExecutionRequests(true);
            can.setSupportsSetVariable(true);
            can.setSupportsEvaluateForHovers(true);
            can.setSupportsCompletionsRequest(true);
            can.setSupportsReadMemoryRequest(true);
            can.setSupportsWriteMemoryRequest(true);
            can.setSupportsDisassembleRequest(true);
            can.setSupportsRestartRequest(true);
            can.setSupportsTerminateRequest(true);
            can.setSupportTerminateDebuggee(true);
            can.setExceptionBreakpointFilters(BreakpointRequests.EVENTS.entrySet().stream()
                    .map(event -> filter(event.getKey(), event.getValue()))
                    .toArray(ExceptionBreakpointsFilter[]::new));
            return can;
        });
    }

    private static ExceptionBreakpointsFilter filter(String event, String label) {
        ExceptionBreakpointsFilter filter = new ExceptionBreakpointsFilter();
        filter.setFilter(event);
        filter.setLabel(label);
        return filter;
    }

    /** Loads a program. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> launch(Map<String, @Nullable Object> map) {
        return open(map, true);
    }

    /** Takes what is loaded already, or what is named. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> attach(Map<String, @Nullable Object> map) {
        return open(map, false);
    }

    private CompletableFuture<@Nullable Void> open(Map<String, @Nullable Object> map, boolean launch) {
        return mailbox.ask(answer -> {
            Arguments arguments = Arguments.of(map);
            if (arguments.program().isPresent()) {
                session.launch(arguments.program().get(), arguments.options(), arguments.sources());
            } else if (launch) {
                throw new IgvmToolException("'program' is missing: the image to load");
            } else {
                session.attach(arguments.sources());
            }
            session.setStopOnEntry(arguments.stopOnEntry());
            answer.complete(null);
            // From now on breakpoints have something to stand in.
            session.client().initialized();
        });
    }

    /** All breakpoints are set: the run may begin. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> configurationDone(@Nullable ConfigurationDoneArguments unused) {
        return mailbox.ask(answer -> {
            Debuggee debuggee = session.debuggee();
            answer.complete(null);
            if (session.stopOnEntry()) {
                debuggee.motion().tell(StoppedEventArgumentsReason.ENTRY);
            } else {
                debuggee.motion().tell(debuggee.debugger().run(Long.MAX_VALUE), 0);
            }
        });
    }

    /** Goes to the first moment: a run need not be loaded again. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> restart(@Nullable RestartArguments unused) {
        return mailbox.ask(answer -> {
            Debuggee debuggee = session.debuggee();
            debuggee.references().clear();
            debuggee.debugger().goTo(debuggee.debugger().history().start());
            answer.complete(null);
            debuggee.motion().tell(StoppedEventArgumentsReason.ENTRY);
        });
    }

    /** Ends the run. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> terminate(@Nullable TerminateArguments unused) {
        session.pause();
        return mailbox.ask(answer -> {
            answer.complete(null);
            session.client().terminated(new TerminatedEventArguments());
        });
    }

    /** Ends the session; with {@code terminateDebuggee} the server, too. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> disconnect(@Nullable DisconnectArguments arguments) {
        session.pause();
        return mailbox.ask(answer -> {
            wantsEnd = arguments != null && Boolean.TRUE.equals(arguments.getTerminateDebuggee());
            answer.complete(null);
            mailbox.close();
        });
    }
}
