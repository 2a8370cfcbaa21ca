package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Evidence;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.Verifier;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.cli.verdict.BatchItem;
import dev.igvmtool.cli.verdict.BatchLines;
import dev.igvmtool.cli.verdict.VerdictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Verifies much evidence by one policy, on all cores; what is in memory does not grow with its number. */
final class BatchVerification {
    private static final String SCHEMA = "igvmtool.verdict/1";
    private static final int WAITING_FOR_EACH_CORE = 8;

    private final Console console;
    private final Verifier verifier;
    private final Endorsements endorsements;
    private final Expectations expectations;

    BatchVerification(Console console, Verifier verifier, Endorsements endorsements, Expectations expectations) {
        this.console = console;
        this.verifier = verifier;
        this.endorsements = endorsements;
        this.expectations = expectations;
    }

    /** One line of output. */
    private record Answer(String line, boolean passed) {}

    /** @param name a folder, or NDJSON; {@code -} for standard input */
    int run(String name) throws IOException {
        if (name.equals("-")) {
            return run(items(console.in()));
        }
        Path path = Path.of(name);
        if (Files.isDirectory(path)) {
            try (Stream<Path> files = Files.list(path)) {
                return run(files.filter(Files::isRegularFile)
                        .sorted()
                        .<Supplier<BatchItem>>map(file -> () -> item(file))
                        .iterator());
            }
        }
        if (!Files.exists(path)) {
            throw new CommandException(name + ": no such file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return run(items(in));
        }
    }

    private BatchItem item(Path file) {
        String id = String.valueOf(file.getFileName());
        try {
            return new BatchItem(
                    id, new InputFile(file.toString()).read(console, bytes -> bytes), Endorsements.NONE, expectations);
        } catch (CommandException e) {
            throw new FormatException(e.getMessage());
        }
    }

    private Iterator<Supplier<BatchItem>> items(InputStream in) {
        return new BatchLines(in, expectations);
    }

    private int run(Iterator<Supplier<BatchItem>> items) {
        int cores = Runtime.getRuntime().availableProcessors();
        ExecutorService workers = Executors.newFixedThreadPool(cores, task -> {
            Thread thread = new Thread(task, "verify");
            thread.setDaemon(true);
            return thread;
        });
        boolean passed = true;
        try {
            Deque<Future<Answer>> waiting = new ArrayDeque<>();
            int number = 0;
            while (items.hasNext()) {
                Supplier<BatchItem> item = items.next();
                int position = ++number;
                waiting.add(workers.submit(() -> answer(position, item)));
                if (waiting.size() > cores * WAITING_FOR_EACH_CORE) {
                    passed &= print(waiting.remove());
                }
            }
            while (!waiting.isEmpty()) {
                passed &= print(waiting.remove());
            }
        } finally {
            workers.shutdownNow();
        }
        return passed ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private boolean print(Future<Answer> future) {
        try {
            Answer answer = future.get();
            console.out().println(answer.line());
            return answer.passed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Answer answer(int position, Supplier<BatchItem> source) throws IOException {
        String id = String.valueOf(position);
        try {
            BatchItem item = source.get();
            id = item.id().isEmpty() ? id : item.id();
            Evidence evidence = Evidence.read(item.evidence());
            Group verdict = verifier.verify(evidence, endorsements.and(item.endorsements()), item.expectations());
            return new Answer(line(id, verdict), verdict.outcome() == Outcome.PASS);
        } catch (FormatException e) {
            return new Answer(error(id, e.getMessage()), false);
        }
    }

    private static String line(String id, Group verdict) throws IOException {
        return object(id, json -> {
            json.writeStringField("kind", verdict.name());
            json.writeStringField("outcome", verdict.outcome().text());
            json.writeFieldName("verdict");
            VerdictJson.write(verdict, json);
        });
    }

    private static String error(String id, String message) throws IOException {
        return object(id, json -> {
            json.writeStringField("outcome", "error");
            json.writeStringField("error", message);
        });
    }

    private static String object(String id, JsonOutput.Fields fields) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("schema", SCHEMA);
            json.writeStringField("id", id);
            fields.writeTo(json);
            json.writeEndObject();
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
