package dev.igvmtool.cli.record;

import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.debugger.record.TurnRecorder;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Records a machine while it runs. What happens before it is attached is loading, and does not count. */
public final class RecordingSink implements EventSink {
    private final RecordingWriter writer;
    private @Nullable Machine machine;
    private @Nullable TurnRecorder recorder;

    public RecordingSink(RecordingWriter writer) {
        this.writer = writer;
    }

    /** Records {@code newMachine}, which has not run yet. */
    public void attach(Machine newMachine) {
        machine = newMachine;
        recorder = new TurnRecorder(newMachine, this::write);
    }

    private void write(TurnRecord turn) {
        try {
            writer.turn(turn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void event(MachineEvent event) {
        if (recorder != null) {
            recorder.event(event);
        }
    }

    /** The machine has come to its end. */
    public void finish() throws IOException {
        if (recorder == null || machine == null) {
            throw new IllegalStateException("nothing was recorded");
        }
        recorder.finish();
        writer.end(new Recording.End(machine.turns(), machine.steps(), recorder.hash()));
    }
}
