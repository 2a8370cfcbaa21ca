package dev.igvmtool.debugger.dap;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Stop;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.eclipse.lsp4j.debug.ContinueArguments;
import org.eclipse.lsp4j.debug.ContinueResponse;
import org.eclipse.lsp4j.debug.NextArguments;
import org.eclipse.lsp4j.debug.PauseArguments;
import org.eclipse.lsp4j.debug.ReverseContinueArguments;
import org.eclipse.lsp4j.debug.StepBackArguments;
import org.eclipse.lsp4j.debug.StepInArguments;
import org.eclipse.lsp4j.debug.StepOutArguments;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** Runs and steps: each is answered at once, and a stop event tells where it ended. */
final class MotionRequests {
    private final Session session;
    private final Mailbox mailbox;

    MotionRequests(Session session, Mailbox mailbox) {
        this.session = session;
        this.mailbox = mailbox;
    }

    /** @param motion takes the VP that is to move */
    private <T extends @Nullable Object> CompletableFuture<T> move(
            int thread, @Nullable T response, BiFunction<Debugger, Integer, Stop> motion) {
        return mailbox.ask(answer -> {
            Debuggee debuggee = session.debuggee();
            int vp = debuggee.stack().vp(thread);
            debuggee.references().clear();
            answer.complete(response);
            debuggee.motion().tell(motion.apply(debuggee.debugger(), vp), vp);
        });
    }

    /** Forwards to a breakpoint. All VPs run: a machine has one time. */
    @JsonRequest("continue")
    public CompletableFuture<ContinueResponse> resume(ContinueArguments arguments) {
        ContinueResponse response = new ContinueResponse();
        response.setAllThreadsContinued(true);
        return move(arguments.getThreadId(), response, (debugger, vp) -> debugger.run(Long.MAX_VALUE));
    }

    /** Backwards to a breakpoint. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> reverseContinue(ReverseContinueArguments arguments) {
        return move(arguments.getThreadId(), null, (debugger, vp) -> debugger.runBack());
    }

    /** Until the VP has taken a turn; a single thread takes it out of its order, which begins another future. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> next(NextArguments arguments) {
        return move(arguments.getThreadId(), null, step(arguments.getSingleThread()));
    }

    /** A step has no inside: the same as {@code next}. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> stepIn(StepInArguments arguments) {
        return move(arguments.getThreadId(), null, step(arguments.getSingleThread()));
    }

    private static BiFunction<Debugger, Integer, Stop> step(@Nullable Boolean single) {
        return Boolean.TRUE.equals(single) ? Debugger::stepAlone : Debugger::stepVp;
    }

    /** Until the VP has left its stage. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> stepOut(StepOutArguments arguments) {
        return move(arguments.getThreadId(), null, Debugger::stepOverStage);
    }

    /** To before the last turn that the VP took. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> stepBack(StepBackArguments arguments) {
        return move(arguments.getThreadId(), null, Debugger::stepBackVp);
    }

    /** Stops the run that goes on. */
    @JsonRequest
    public CompletableFuture<@Nullable Void> pause(PauseArguments unused) {
        session.pause();
        return mailbox.ask(answer -> {
            // Whatever ran has stopped; a request that came when nothing ran is not for the next run.
            session.debuggee().debugger().forgetPause();
            answer.complete(null);
        });
    }
}
