package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;

/** What the thread that reads requests leaves for the machine's thread, in order. */
final class Mailbox {
    /** More than a client sends before it waits for answers. */
    private static final int MOST_WAITING = 512;

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final List<Runnable> arrived = new ArrayList<>();
    private final Runnable overflow;
    private boolean closed;

    /** @param overflow called when more waits than can be meant seriously */
    Mailbox(Runnable overflow) {
        this.overflow = overflow;
    }

    /**
     * Something that is done on the machine's thread and completes the answer itself. It begins after {@link #release},
     * when the library waits for the answer: otherwise an event could get ahead of it.
     */
    <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        arrived.add(() -> {
            try {
                question.accept(answer);
            } catch (IgvmToolException refused) {
                answer.completeExceptionally(error(String.valueOf(refused.getMessage())));
            } catch (RuntimeException bug) {
                // The client must not lose its session, and its state, to a bug of ours.
                answer.completeExceptionally(error("this is a bug in igvmtool, please report it: " + bug));
            }
        });
        return answer;
    }

    /** Lets begin what was asked for since the last time. On the thread that reads, as are the questions. */
    void release() {
        for (Runnable task : arrived) {
            if (!waiting.offer(task)) {
                // Nobody who waits for answers asks so much: the connection is given up.
                overflow.run();
                break;
            }
        }
        arrived.clear();
    }

    /** A question that is answered on the machine's thread. */
    <T> CompletableFuture<T> answer(Supplier<T> question) {
        return ask(answer -> answer.complete(question.get()));
    }

    private static ResponseErrorException error(String message) {
        return new ResponseErrorException(new ResponseError(ResponseErrorCode.RequestFailed, message, null));
    }

    /** Lets {@link #serve} end, whatever still waits. */
    void end() {
        do {
            waiting.clear();
        } while (!waiting.offer(this::close));
    }

    /** To be called on the machine's thread. */
    void close() {
        closed = true;
    }

    /** Does what comes, until it is closed. */
    void serve() throws InterruptedException {
        while (!closed) {
            waiting.take().run();
        }
    }
}
