package dev.igvmtool.cli.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.trace.RunTrace;
import dev.igvmtool.debugger.trace.Touch;
import dev.igvmtool.debugger.trace.TurnTrace;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.debugger.view.ViewNode;
import dev.igvmtool.host.loader.HostStep;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run as one page for a browser, which needs nothing besides: lanes of VPs, a list of events, and for each event the
 * structures that it read and wrote, with their fields before and after. Equal states of a structure are stored once.
 */
public final class TimelinePage implements RunTrace.Visitor {
    private static final String TEMPLATE = "timeline.html";
    private static final String DATA = "/*DATA*/";
    private static final int NO_VIEW = -1;

    private final Structures structures;
    private final StringWriter turns = new StringWriter();
    private final JsonGenerator json;
    private final Map<String, Integer> strings = new LinkedHashMap<>();
    private final Map<String, Integer> views = new LinkedHashMap<>();

    /** What the structures of the next turn say before it; only made for events of the timeline. */
    private Map<String, Integer> before = new HashMap<>();

    private List<Located> known = List.of();

    /** @param structures of the run that is shown */
    public TimelinePage(Structures structures) throws IOException {
        this.structures = structures;
        this.json = new JsonFactory().createGenerator(turns);
        json.writeStartArray();
    }

    @Override
    public void before(Moment.Next next) {
        before = new HashMap<>();
        if (isEvent(next)) {
            known = structures.all();
            for (Located located : known) {
                int view = view(located);
                if (view != NO_VIEW) {
                    before.put(located.name(), view);
                }
            }
        }
    }

    private static boolean isEvent(Moment.Next next) {
        return next.step().isPresent() && next.step().get().timelineId().isPresent();
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
        boolean event =
                turn.step().isPresent() && turn.step().get().timelineId().isPresent();
        if (event) {
            // What the step has made is known now.
            known = structures.all();
        }
        json.writeStartArray();
        json.writeNumber(turn.turn());
        json.writeNumber(turn.vp());
        json.writeNumber(turn.vtl());
        json.writeNumber(string(turn.program()));
        json.writeNumber(string(turn.stepName()));
        json.writeString(turn.step().flatMap(Moment.ProgramStep::timelineId).orElse(""));
        json.writeString("0x" + Long.toHexString(turn.rip()));
        touches(Touch.reads(turn, known), event, false);
        touches(Touch.writes(turn, known), event, true);
        json.writeStartArray();
        for (String call : turn.calls()) {
            json.writeNumber(string(call));
        }
        json.writeEndArray();
        json.writeEndArray();
    }

    /** Name, range, and the numbers of the states before and after. */
    private void touches(List<Touch> touches, boolean event, boolean written) throws IOException {
        json.writeStartArray();
        for (Touch touch : touches) {
            json.writeStartArray();
            json.writeNumber(string(touch.structure().map(Located::name).orElse("")));
            json.writeString("0x" + Long.toHexString(touch.startGpa()));
            json.writeNumber(touch.endGpa() - touch.startGpa());
            if (event && touch.structure().isPresent()) {
                Located located = touch.structure().get();
                json.writeNumber(before.getOrDefault(located.name(), NO_VIEW));
                if (written) {
                    json.writeNumber(view(located));
                }
            }
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    private int string(String text) {
        return strings.computeIfAbsent(text, unused -> strings.size());
    }

    /** The number of a structure's present state. */
    private int view(Located located) {
        ViewNode node;
        try {
            node = structures.view(located);
        } catch (IgvmToolException unreadable) {
            return NO_VIEW;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator view = new JsonFactory().createGenerator(text)) {
            view.writeStartObject();
            view.writeNumberField("name", string(located.name()));
            view.writeStringField("title", located.type().title());
            view.writeStringField("at", located.range().toString());
            view.writeStringField("by", located.foundBy());
            view.writeStringField("text", node.text());
            view.writeArrayFieldStart("rows");
            rows(view, node, 0);
            view.writeEndArray();
            view.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return views.computeIfAbsent(text.toString(), unused -> views.size());
    }

    private static void rows(JsonGenerator view, ViewNode node, int depth) throws IOException {
        for (ViewNode child : node.children()) {
            view.writeStartArray();
            view.writeNumber(depth);
            view.writeString(child.name());
            view.writeString(child.text());
            view.writeEndArray();
            rows(view, child, depth + 1);
        }
    }

    /**
     * What is said of the run as a whole.
     *
     * @param title of the page
     * @param facts names and values, in order
     * @param hostSteps what the host did before the first turn
     */
    public record Head(String title, Map<String, String> facts, List<HostStep> hostSteps) {}

    /** Writes the page. */
    public void writeTo(OutputStream stream, Head head) throws IOException {
        json.writeEndArray();
        json.close();
        StringWriter text = new StringWriter();
        try (JsonGenerator all = new JsonFactory().createGenerator(text)) {
            all.writeStartObject();
            all.writeStringField("title", head.title);
            all.writeArrayFieldStart("facts");
            for (Map.Entry<String, String> fact : head.facts.entrySet()) {
                all.writeStartArray();
                all.writeString(fact.getKey());
                all.writeString(fact.getValue());
                all.writeEndArray();
            }
            all.writeEndArray();
            all.writeArrayFieldStart("host");
            for (HostStep step : head.hostSteps) {
                all.writeStartArray();
                all.writeString(step.id());
                all.writeString(step.step());
                all.writeString(step.detail());
                all.writeEndArray();
            }
            all.writeEndArray();
            all.writeArrayFieldStart("strings");
            for (String string : strings.keySet()) {
                all.writeString(string);
            }
            all.writeEndArray();
            all.writeArrayFieldStart("views");
            for (String view : views.keySet()) {
                all.writeRawValue(view);
            }
            all.writeEndArray();
            all.writeFieldName("turns");
            all.writeRawValue(turns.toString());
            all.writeEndObject();
        }
        // Nothing in the data may end the script that it stands in.
        String data = text.toString().replace("<", "\\u003c");
        stream.write(template().replace(DATA, data).getBytes(StandardCharsets.UTF_8));
    }

    private static String template() throws IOException {
        try (InputStream resource = TimelinePage.class.getResourceAsStream(TEMPLATE)) {
            if (resource == null) {
                throw new IllegalStateException(TEMPLATE + " is missing from the program");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
