package dev.igvmtool.debugger.console;

import dev.igvmtool.debugger.Breakpoint;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.debugger.console.Command.Argument;
import java.util.List;
import java.util.Map;

/** Breakpoints and watchpoints. */
final class BreakpointCommands {
    private static final long DEFAULT_LENGTH = 8;
    private static final Map<String, Access> ACCESS =
            Map.of("read", Access.READ, "write", Access.WRITE, "access", Access.ANY);

    private BreakpointCommands() {}

    static List<Command> all() {
        return List.of(
                Command.named("break")
                        .takes("CONDITION", Argument.CONDITION)
                        .does("stop every run at which a condition holds")
                        .examples(
                                "break S38", "break stage kernel-stub", "break log panic", "break msr write 0x40000000")
                        .as((session, words) -> add(session, new Conditions(session).take(words))),
                Command.named("watch")
                        .takes("[read|write|access] PLACE [LENGTH]", Argument.PLACE)
                        .does("stop every run that accesses memory; writes if not said otherwise")
                        .examples(
                                "watch boot-params.e820_entries",
                                "watch kernel-tree/openhcl:memory-allocation-mode",
                                "watch read 0x84c2000 4096",
                                "watch gva:0x8431000")
                        .as(BreakpointCommands::watch),
                Command.named("breakpoints", "bl")
                        .does("list breakpoints and watchpoints")
                        .as((session, words) -> {
                            words.end();
                            list(session);
                        }),
                Command.named("delete", "d")
                        .takes("N | all")
                        .does("delete a breakpoint")
                        .examples("delete 2", "delete all")
                        .as(BreakpointCommands::delete),
                Command.named("enable")
                        .takes("N")
                        .does("switch a breakpoint on")
                        .as((session, words) -> enable(session, words, true)),
                Command.named("disable")
                        .takes("N")
                        .does("switch a breakpoint off")
                        .as((session, words) -> enable(session, words, false)));
    }

    private static void add(Session session, Condition condition) {
        show(session, session.debugger().breakpoints().add(condition));
    }

    private static void show(Session session, Breakpoint breakpoint) {
        session.printf(
                "breakpoint %d: %s%s",
                breakpoint.id(), Conditions.text(breakpoint.condition()), breakpoint.enabled() ? "" : " (off)");
    }

    private static void watch(Session session, Words words) {
        Access access = words.takeIf("read", "write", "access").map(ACCESS::get).orElse(Access.WRITE);
        Condition.Place place = new Values(session).place(words, DEFAULT_LENGTH);
        words.end();
        add(session, new Condition.OnMemory(place, access));
    }

    private static void list(Session session) {
        List<Breakpoint> all = session.debugger().breakpoints().all();
        if (all.isEmpty()) {
            session.print("no breakpoints");
        }
        all.forEach(breakpoint -> show(session, breakpoint));
    }

    private static void delete(Session session, Words words) {
        String which = words.take("the number of a breakpoint, or all");
        words.end();
        if (which.equals("all")) {
            session.debugger().breakpoints().all().forEach(it -> session.debugger()
                    .breakpoints()
                    .delete(it.id()));
        } else if (!session.debugger().breakpoints().delete((int) new Values(session).number(which))) {
            throw new CommandException("no breakpoint " + which);
        }
    }

    private static void enable(Session session, Words words, boolean enabled) {
        String which = words.take("the number of a breakpoint");
        words.end();
        if (!session.debugger().breakpoints().enable((int) new Values(session).number(which), enabled)) {
            throw new CommandException("no breakpoint " + which);
        }
    }
}
