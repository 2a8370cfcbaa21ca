package dev.igvmtool.debugger.dap;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;
import org.eclipse.lsp4j.jsonrpc.Endpoint;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.MessageConsumer;
import org.eclipse.lsp4j.jsonrpc.MessageIssueException;
import org.eclipse.lsp4j.jsonrpc.debug.DebugLauncher;
import org.eclipse.lsp4j.jsonrpc.messages.Message;
import org.eclipse.lsp4j.jsonrpc.messages.MessageIssue;
import org.eclipse.lsp4j.jsonrpc.messages.RequestMessage;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;
import org.eclipse.lsp4j.jsonrpc.validation.ReflectiveMessageValidator;

/**
 * One client from its first byte to its last. A thread of its own takes messages off the connection, so that a run can be
 * interrupted; all else happens on the machine's thread.
 */
final class Connection {
    /** The library tells of damaged messages in a log that nobody asked for; the client is told what is wrong. */
    private static final Logger LIBRARY = Logger.getLogger("org.eclipse.lsp4j");

    /** Requests that say all by their name. */
    private static final Set<String> WITHOUT_ARGUMENTS =
            Set.of("threads", "configurationDone", "restart", "terminate", "disconnect");

    private final Mailbox mailbox;
    private final Session session;
    private final Lifecycle lifecycle;
    private final Launcher<IDebugProtocolClient> launcher;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "dap-receiver");
        thread.setDaemon(true);
        return thread;
    });

    Connection(DapServer.Settings settings, InputStream in, OutputStream out) {
        LIBRARY.setLevel(Level.OFF);
        mailbox = new Mailbox(this::hangUp);
        session = new Session(settings);
        lifecycle = new Lifecycle(session, mailbox);
        launcher = new DebugLauncher.Builder<IDebugProtocolClient>()
                .setLocalServices(List.of(
                        lifecycle,
                        new BreakpointRequests(session, mailbox),
                        new MotionRequests(session, mailbox),
                        new DataRequests(session, mailbox),
                        new MemoryRequests(session, mailbox)))
                .setRemoteInterface(IDebugProtocolClient.class)
                .setClassLoader(IDebugProtocolClient.class.getClassLoader())
                .setInput(new MessageFilter(in, this::hangUp))
                .setOutput(out)
                .setExecutorService(reader)
                .wrapMessages(this::wrap)
                .create();
    }

    /** Messages come in by way of the endpoint; those that go out are left alone. */
    private MessageConsumer wrap(MessageConsumer consumer) {
        if (!(consumer instanceof Endpoint)) {
            return consumer;
        }
        MessageConsumer validator = new ReflectiveMessageValidator(consumer);
        return message -> {
            try {
                checkArguments(message);
                validator.consume(message);
            } finally {
                mailbox.release();
            }
        };
    }

    private static void checkArguments(Message message) {
        if (message instanceof RequestMessage request
                && request.getParams() == null
                && !WITHOUT_ARGUMENTS.contains(request.getMethod())) {
            throw new MessageIssueException(
                    message, new MessageIssue("'arguments' is missing", ResponseErrorCode.InvalidParams.getValue()));
        }
    }

    /** Nothing more can come, or nothing more is wanted. */
    private void hangUp() {
        session.pause();
        mailbox.end();
    }

    /** Serves the client; true if it wants the server to end. */
    boolean run() {
        session.connect(launcher.getRemoteProxy());
        Future<?> unused = launcher.startListening();
        try {
            mailbox.serve();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            session.close();
            reader.shutdownNow();
        }
        return lifecycle.wantsEnd();
    }
}
