package dev.igvmtool.cli.record;

import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.debugger.record.TurnRecorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Records the run of a history from its first moment on. */
public final class RunRecorder {
    private RunRecorder() {}

    /** Writes the inputs and turns of a history up to the latest moment that was seen, and its end. */
    public static void write(History history, RecordingWriter writer) throws IOException {
        long end = history.end();
        for (Journal.Entry entry : history.journal().entries()) {
            writer.input(entry);
        }
        try {
            writer.end(replay(history, end, turn -> {
                try {
                    writer.turn(turn);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Goes through a history from its first moment on; the present moment stays.
     *
     * @param turns how many to take at most
     * @param target takes what came of each
     */
    public static Recording.End replay(History history, long turns, Consumer<TurnRecord> target) {
        return history.look(() -> {
            TurnRecorder recorder = new TurnRecorder(history.machine(), target);
            history.goTo(history.start());
            history.machine().observe(recorder);
            while (history.now() < turns && history.forward()) {
                // The recorder sees what happens.
            }
            history.machine().observe(null);
            recorder.finish();
            return new Recording.End(history.now(), history.machine().steps(), recorder.hash());
        });
    }
}
