package dev.igvmtool.cli.boot;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes every event of a machine as one line of JSON: {@code event} is the record's name, the other fields are its
 * components. 64-bit values are hexadecimal strings, bytes are hexadecimal digits.
 */
public final class Trace implements EventSink, Closeable {
    private final JsonGenerator json;
    private final Map<Class<?>, RecordComponent[]> shapes = new HashMap<>();

    /** Writes to {@code stream}, which stays open. */
    public Trace(OutputStream stream) throws IOException {
        json = new JsonFactory()
                .createGenerator(stream)
                .setPrettyPrinter(new MinimalPrettyPrinter("\n"))
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    @Override
    public void event(MachineEvent event) {
        try {
            json.writeStartObject();
            json.writeStringField("event", event.getClass().getSimpleName());
            write(event);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Object event) throws IOException {
        for (RecordComponent component : shapes.computeIfAbsent(event.getClass(), Class::getRecordComponents)) {
            Object value;
            try {
                value = component.getAccessor().invoke(event);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("event " + event.getClass() + " cannot be read", e);
            }
            write(component.getName(), value);
        }
    }

    private void write(String name, Object value) throws IOException {
        if (value instanceof Optional<?> optional) {
            if (optional.isPresent()) {
                write(name, optional.get());
            }
        } else if (value instanceof Integer number) {
            json.writeNumberField(name, number);
        } else if (value instanceof Boolean flag) {
            json.writeBooleanField(name, flag);
        } else if (value instanceof Long number) {
            if (name.equals("count")) {
                json.writeNumberField(name, number);
            } else {
                json.writeStringField(name, "0x" + Long.toHexString(number));
            }
        } else if (value instanceof Bytes bytes) {
            json.writeStringField(name, bytes.toHex());
        } else if (value.getClass().isRecord()) {
            json.writeObjectFieldStart(name);
            write(value);
            json.writeEndObject();
        } else {
            json.writeStringField(name, value.toString());
        }
    }

    @Override
    public void close() throws IOException {
        json.writeRaw('\n');
        json.close();
    }
}
