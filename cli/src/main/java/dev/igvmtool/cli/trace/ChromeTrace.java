package dev.igvmtool.cli.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.debugger.EventText;
import dev.igvmtool.debugger.trace.RunTrace;
import dev.igvmtool.debugger.trace.TurnTrace;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run in the trace event format of Chrome, which Perfetto reads too: a track for each VP, with the stages as slices, in
 * them the steps, in those the hypercalls; other calls are instants; arrows lead from the start of a VP to its first step. A
 * turn takes a microsecond. Specification: Trace Event Format (Chromium project), JSON object format.
 */
public final class ChromeTrace implements RunTrace.Visitor, Closeable {
    private static final int PROCESS = 1;
    private static final double HYPERCALL_ROOM = 0.8;

    private final JsonGenerator json;
    private final Map<Integer, Stage> running = new TreeMap<>();
    private final Map<Integer, Long> starts = new TreeMap<>();
    private long lastTurn;

    /** A stage that a VP is in. */
    private record Stage(String program, int vtl, long firstTurn, long lastTurn) {}

    /** Begins a trace on {@code stream}, which stays open. */
    public ChromeTrace(OutputStream stream, int vpCount) throws IOException {
        json = new JsonFactory()
                .createGenerator(stream)
                .setPrettyPrinter(new MinimalPrettyPrinter("\n"))
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("displayTimeUnit", "ms");
        json.writeArrayFieldStart("traceEvents");
        name("process_name", 0, "machine");
        for (int vp = 0; vp < vpCount; vp++) {
            name("thread_name", vp, "VP " + vp);
        }
    }

    @Override
    public void after(TurnTrace turn) {
        try {
            write(turn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(TurnTrace turn) throws IOException {
        lastTurn = turn.turn();
        enter(turn);
        Long from = starts.remove(turn.vp());
        if (from != null) {
            flow("f", turn.turn(), turn.vp(), turn.vp());
        }
        begin("X", turn.stepName(), "step", turn.turn(), turn.vp());
        json.writeNumberField("dur", 1);
        json.writeObjectFieldStart("args");
        turn.step().flatMap(step -> step.timelineId()).ifPresent(id -> field("event", id));
        field("rip", "0x" + Long.toHexString(turn.rip()));
        field("vtl", Integer.toString(turn.vtl()));
        json.writeEndObject();
        json.writeEndObject();
        long calls = turn.events().stream()
                .filter(MachineEvent.HypercallDone.class::isInstance)
                .count();
        int number = 0;
        for (MachineEvent event : turn.events()) {
            if (event instanceof MachineEvent.HypercallDone call) {
                hypercall(turn, call, number++, calls);
            } else if (event instanceof MachineEvent.VpStarted started && started.startedBy() >= 0) {
                starts.put(started.vp(), turn.turn());
                flow("s", turn.turn(), turn.vp(), started.vp());
            } else if (isInstant(event)) {
                instant(turn, event);
            }
        }
    }

    private static boolean isInstant(MachineEvent event) {
        return event instanceof MachineEvent.Fault
                || event instanceof MachineEvent.Intercept
                || event instanceof MachineEvent.VtlSwitch
                || event instanceof MachineEvent.Interrupt
                || event instanceof MachineEvent.VpStopped
                || event instanceof MachineEvent.PageOperation
                || event instanceof MachineEvent.MsrWrite;
    }

    /** A VP that goes to another stage, or another VTL, has left the one before. */
    private void enter(TurnTrace turn) throws IOException {
        Stage stage = running.get(turn.vp());
        if (stage != null && stage.program.equals(turn.program()) && stage.vtl == turn.vtl()) {
            running.put(turn.vp(), new Stage(stage.program, stage.vtl, stage.firstTurn, turn.turn()));
            return;
        }
        if (stage != null) {
            leave(turn.vp(), stage);
        }
        running.put(turn.vp(), new Stage(turn.program(), turn.vtl(), turn.turn(), turn.turn()));
    }

    private void leave(int vp, Stage stage) throws IOException {
        begin("X", stage.program.isEmpty() ? "machine code" : stage.program, "stage", stage.firstTurn, vp);
        json.writeNumberField("dur", stage.lastTurn + 1 - stage.firstTurn);
        json.writeObjectFieldStart("args");
        field("vtl", Integer.toString(stage.vtl));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void hypercall(TurnTrace turn, MachineEvent.HypercallDone call, int number, long count) throws IOException {
        double length = HYPERCALL_ROOM / count;
        double start = turn.turn() + (1 - HYPERCALL_ROOM) / 2 + number * length;
        json.writeStartObject();
        json.writeStringField("ph", "X");
        json.writeStringField("name", HypercallCode.nameOf(call.code()));
        json.writeStringField("cat", "hypercall");
        json.writeNumberField("ts", Math.round(start * 1000) / 1000.0);
        json.writeNumberField("dur", Math.round(length * 900) / 1000.0);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", turn.vp());
        json.writeObjectFieldStart("args");
        field("control", "0x" + Long.toHexString(call.control()));
        field("result", "0x" + Long.toHexString(call.result()));
        field("input", call.input().toHex());
        field("output", call.output().toHex());
        json.writeEndObject();
        json.writeEndObject();
    }

    private void instant(TurnTrace turn, MachineEvent event) throws IOException {
        begin("i", EventText.of(event), event.getClass().getSimpleName(), turn.turn(), turn.vp());
        json.writeStringField("s", "t");
        json.writeEndObject();
    }

    private void flow(String phase, long turn, int vp, int target) throws IOException {
        begin(phase, "start VP " + target, "start", turn, vp);
        json.writeNumberField("id", target);
        if (phase.equals("f")) {
            json.writeStringField("bp", "e");
        }
        json.writeEndObject();
    }

    private void begin(String phase, String name, String category, long turn, int vp) throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", phase);
        json.writeStringField("name", name);
        json.writeStringField("cat", category);
        json.writeNumberField("ts", turn);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", vp);
    }

    private void name(String kind, int vp, String name) throws IOException {
        json.writeStartObject();
        json.writeStringField("ph", "M");
        json.writeStringField("name", kind);
        json.writeNumberField("pid", PROCESS);
        json.writeNumberField("tid", vp);
        json.writeObjectFieldStart("args");
        json.writeStringField("name", name);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void field(String name, String value) {
        try {
            json.writeStringField(name, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Map.Entry<Integer, Stage> stage : running.entrySet()) {
            leave(stage.getKey(), stage.getValue());
        }
        json.writeEndArray();
        json.writeObjectFieldStart("otherData");
        json.writeNumberField("turns", lastTurn + 1);
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.close();
    }
}
