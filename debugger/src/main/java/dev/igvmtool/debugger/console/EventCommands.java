package dev.igvmtool.debugger.console;

import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.EventText;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.Journal;
import dev.igvmtool.debugger.LogSource;
import dev.igvmtool.debugger.MemoryRuns;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.debugger.view.HypercallView;
import dev.igvmtool.debugger.view.RegisterFile;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.machine.event.MachineEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What happened: events, hypercalls, logs, the history itself. */
final class EventCommands {
    private EventCommands() {}

    static List<Command> all() {
        return List.of(
                Command.named("events", "e")
                        .takes("[TURN]")
                        .does("list what happened in a turn, the last one if none is given")
                        .examples("events", "events 64")
                        .as(EventCommands::events),
                Command.named("hypercall")
                        .does("show the last hypercall before this moment, with the fields of its input and output")
                        .as((session, words) -> {
                            words.end();
                            hypercall(session);
                        }),
                Command.named("timeline")
                        .does("list the events of the boot's timeline up to this moment")
                        .as((session, words) -> {
                            words.end();
                            timeline(session);
                        }),
                Command.named("log")
                        .takes("[SOURCE]")
                        .does("show what stands in the logs at this moment")
                        .examples("log", "log serial")
                        .as(EventCommands::log),
                Command.named("history")
                        .does("say how long the history is and what it takes")
                        .as((session, words) -> {
                            words.end();
                            History history = session.debugger().history();
                            session.printf(
                                    "turns %d to %d, now %d; %d snapshots, %d KiB; %d inputs",
                                    history.start(),
                                    history.end(),
                                    history.now(),
                                    history.snapshots().size(),
                                    history.sizeBytes() >> 10,
                                    history.journal().entries().size());
                        }),
                Command.named("record")
                        .takes("FILE")
                        .does(
                                "write the run up to the latest moment that was seen, inputs and all; 'debug FILE' opens it")
                        .examples("record found-it.rec")
                        .as((session, words) -> {
                            String file = words.take("the name of a file");
                            words.end();
                            try {
                                session.saver().save(file);
                            } catch (IOException e) {
                                throw new CommandException(file + ": " + e.getMessage());
                            }
                            session.print("wrote turns up to "
                                    + session.debugger().history().end());
                        }),
                Command.named("inputs").does("list what came from outside").as((session, words) -> {
                    words.end();
                    List<Journal.Entry> entries =
                            session.debugger().history().journal().entries();
                    if (entries.isEmpty()) {
                        session.print("nothing came from outside");
                    }
                    entries.forEach(entry -> session.printf("before turn %d: %s", entry.turn(), text(entry.input())));
                }));
    }

    private static String text(Input input) {
        if (input instanceof Input.MemoryWrite write) {
            return String.format(
                    "write at GPA 0x%x: %s", write.gpa(), write.content().toHex());
        }
        if (input instanceof Input.RegisterWrite write) {
            String name = RegisterFile.all().stream()
                    .filter(register -> register.hvName() == write.name())
                    .findFirst()
                    .map(RegisterFile.Register::name)
                    .orElseGet(() -> String.format("register 0x%08x", write.name()));
            return String.format(
                    "%s of VP %d in VTL %d set to 0x%x",
                    name, write.vp(), write.vtl(), write.value().low());
        }
        if (input instanceof Input.SerialInput serial) {
            return String.format(
                    "port 0x%x receives %s",
                    serial.port(), Escape.line(serial.content().toUtf8()));
        }
        return "VP " + ((Input.VpChoice) input).vp() + " takes the next turn";
    }

    private static void events(Session session, Words words) {
        Debugger debugger = session.debugger();
        long turn = words.hasNext()
                ? new Values(session).number(words.take("a turn"))
                : debugger.now().turn() - 1;
        words.end();
        if (turn < debugger.history().start() || turn >= debugger.history().end()) {
            throw new CommandException("turns " + debugger.history().start() + " to "
                    + (debugger.history().end() - 1) + " are known");
        }
        for (MachineEvent event : MemoryRuns.join(debugger.eventsOf(turn))) {
            session.print("  " + Escape.line(EventText.of(event)) + place(session, event));
        }
    }

    private static String place(Session session, MachineEvent event) {
        Structures structures = session.structures();
        Optional<String> name = Optional.empty();
        if (event instanceof MachineEvent.MemoryRead read) {
            name = structures.nameOf(read.gpa());
        } else if (event instanceof MachineEvent.MemoryWrite write) {
            name = structures.nameOf(write.gpa());
        }
        return name.map(it -> "  " + session.style().faint(Escape.line(it))).orElse("");
    }

    private static void hypercall(Session session) {
        Debugger debugger = session.debugger();
        long here = debugger.now().turn();
        Stop stop = debugger.runBackTo(new Condition.OnHypercall(OptionalInt.empty()));
        long turn = stop.moment().turn();
        debugger.goTo(here);
        if (stop.reason() != Stop.Reason.HIT) {
            throw new CommandException("no hypercall was made before this moment");
        }
        session.print("turn " + turn);
        for (MachineEvent event : debugger.eventsOf(turn)) {
            if (event instanceof MachineEvent.HypercallDone call) {
                new Printer(session).node("  ", HypercallView.of(call), List.of());
            }
        }
    }

    private static void timeline(Session session) {
        Debugger debugger = session.debugger();
        long here = debugger.now().turn();
        debugger.goTo(debugger.history().start());
        String[] last = {""};
        debugger.machine().observe(event -> {
            if (event instanceof MachineEvent.StepRetired step
                    && step.timelineId().isPresent()) {
                String line = String.format(
                        "%-5s vp%-3d %s/%s", step.timelineId().get(), step.vp(), step.program(), step.step());
                if (!line.equals(last[0])) {
                    session.printf("turn %-6d %s", debugger.history().now() - 1, line);
                    last[0] = line;
                }
            }
        });
        try {
            while (debugger.history().now() < here && debugger.history().forward()) {
                // The sink prints.
            }
        } finally {
            debugger.machine().observe(null);
            debugger.goTo(here);
        }
    }

    private static void log(Session session, Words words) {
        String wanted = words.hasNext() ? words.take("a log") : "";
        words.end();
        boolean found = false;
        for (LogSource source : session.debugger().logs()) {
            if (wanted.isEmpty() || source.name().equals(wanted)) {
                found = true;
                session.print(session.style().strong(source.name() + ":"));
                source.text().toUtf8().lines().forEach(line -> session.print("  " + Escape.line(line)));
            }
        }
        if (!found) {
            throw new CommandException("no log '" + wanted + "', expected one of "
                    + String.join(
                            ", ",
                            session.debugger().logs().stream()
                                    .map(LogSource::name)
                                    .toList()));
        }
    }
}
