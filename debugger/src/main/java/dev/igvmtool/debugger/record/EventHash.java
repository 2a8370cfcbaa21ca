package dev.igvmtool.debugger.record;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.event.MachineEvent;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A number of 64 bits that stands for a sequence of events: the names of their records and their components, in order. It
 * is the same on every JDK. It finds differences; it does not withstand somebody who looks for a collision.
 */
public final class EventHash {
    private static final long PRIME = 0x0000_0100_0000_01b3L;
    private static final long START = 0xcbf2_9ce4_8422_2325L;

    private final Map<Class<?>, RecordComponent[]> shapes = new HashMap<>();
    private long value = START;

    /** The number for all events so far. */
    public long value() {
        return value;
    }

    /** One event more. */
    public void add(MachineEvent event) {
        add(event.getClass().getSimpleName());
        addComponents(event);
    }

    private void addComponents(Object record) {
        for (RecordComponent component : shapes.computeIfAbsent(record.getClass(), EventHash::shape)) {
            try {
                addValue(component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("component " + component + " cannot be read", e);
            }
        }
    }

    private static RecordComponent[] shape(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        for (RecordComponent component : components) {
            component.getAccessor().setAccessible(true);
        }
        return components;
    }

    private void addValue(Object component) {
        if (component instanceof Number number) {
            add(number.longValue());
        } else if (component instanceof Boolean flag) {
            add(flag ? 1 : 0);
        } else if (component instanceof String text) {
            add(text);
        } else if (component instanceof Bytes bytes) {
            add(bytes);
        } else if (component instanceof Optional<?> optional) {
            add(optional.isPresent() ? 1 : 0);
            optional.ifPresent(this::addValue);
        } else if (component.getClass().isRecord()) {
            addComponents(component);
        } else {
            add(component.toString());
        }
    }

    private void add(String text) {
        add(text.length());
        for (int i = 0; i < text.length(); i++) {
            value = (value ^ text.charAt(i)) * PRIME;
        }
    }

    private void add(Bytes bytes) {
        add(bytes.size());
        for (int i = 0; i < bytes.size(); i++) {
            value = (value ^ bytes.u8(i)) * PRIME;
        }
    }

    private void add(long number) {
        // Fold the high half in after each step: a product alone carries upwards only.
        value = (value ^ number) * PRIME;
        value ^= value >>> 32;
    }
}
