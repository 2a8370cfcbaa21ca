package dev.igvmtool.cli.boot;

import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Makes the boot timeline out of the events of a machine. A step that is repeated at once appears once. */
public final class Timeline implements EventSink {
    /** Told of every event and of every stage's first step. */
    public interface Listener {
        /** An event of the timeline. */
        default void event(TimelineEvent event) {}

        /** A stage program was put in place of machine code. */
        default void overlay(Overlay overlay) {}

        /** A step of a program has run, event or not. */
        default void step(MachineEvent.StepRetired step) {}
    }

    private final List<TimelineEvent> events = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final Map<Integer, StepEffects> effects = new HashMap<>();
    private final List<Listener> listeners;
    private Places places = new Places();

    Timeline(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /** Uses these names from now on. */
    void name(Places newPlaces) {
        places = newPlaces;
    }

    /** Names what the shim leaves for the kernel. */
    void name(Handoff handoff) {
        places.addHandoff(handoff);
    }

    List<TimelineEvent> events() {
        return List.copyOf(events);
    }

    /** True once an event of that id has happened. */
    boolean reached(String id) {
        return seen.contains(id);
    }

    @Override
    public void event(MachineEvent event) {
        event(event, Optional.empty());
    }

    /** Takes an event, about which there is something more to say if it is one of the timeline. */
    void event(MachineEvent event, Optional<String> remark) {
        if (event instanceof MachineEvent.HostStep host) {
            add(TimelineEvent.ofHost(host.timelineId(), host.step(), host.detail()));
        } else if (event instanceof MachineEvent.StepRetired step) {
            Optional<StepEffects> done = Optional.ofNullable(effects.remove(step.vp()));
            if (step.timelineId().isPresent()) {
                add(new TimelineEvent(
                        step.timelineId().get(),
                        step.program(),
                        step.step(),
                        OptionalInt.of(step.vp()),
                        OptionalInt.of(step.vtl()),
                        OptionalLong.of(step.rip()),
                        detail(remark, done)));
            }
            listeners.forEach(listener -> listener.step(step));
        } else {
            actor(event).ifPresent(vp -> effects.computeIfAbsent(vp, unused -> new StepEffects())
                    .add(event, places));
        }
    }

    private static String detail(Optional<String> remark, Optional<StepEffects> effects) {
        String done = effects.map(StepEffects::describe).orElse("");
        return remark.map(text -> done.isEmpty() ? text : text + "; " + done).orElse(done);
    }

    /** The VP whose step causes an event, for the events that tell what a step does. */
    private static OptionalInt actor(MachineEvent event) {
        if (event instanceof MachineEvent.MemoryRead it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.MemoryWrite it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.HypercallDone it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.MsrRead it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.MsrWrite it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.SystemRegisterWrite it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.Cpuid it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.PageOperation it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.TdRead it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.PortOut it) {
            return OptionalInt.of(it.vp());
        }
        if (event instanceof MachineEvent.VpStarted it && it.startedBy() >= 0) {
            return OptionalInt.of(it.startedBy());
        }
        return OptionalInt.empty();
    }

    private void add(TimelineEvent event) {
        seen.add(event.id());
        if (!events.isEmpty() && events.get(events.size() - 1).repeats(event)) {
            return;
        }
        events.add(event);
        listeners.forEach(listener -> listener.event(event));
    }
}
