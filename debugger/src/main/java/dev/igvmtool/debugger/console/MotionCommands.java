package dev.igvmtool.debugger.console;

import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.debugger.console.Command.Argument;
import java.util.List;

/** Going forwards and backwards. */
final class MotionCommands {
    /** A guest that has not stopped after so many turns is taken to run for ever. */
    private static final long MAX_TURNS = 50_000_000;

    private MotionCommands() {}

    static List<Command> all() {
        return List.of(
                Command.named("step", "s")
                        .takes("[N] | vp N | alone N")
                        .does("take turns")
                        .details(
                                "step N     N turns, 1 if not given, of whichever VP is next",
                                "step vp N  until VP N has taken a turn, the others as usual",
                                "step alone N",
                                "           only VP N takes a turn; that makes another future than the undisturbed one")
                        .examples("step", "step 10", "step vp 3")
                        .as(MotionCommands::step),
                Command.named("back", "b")
                        .takes("[N] | vp N")
                        .does("go back by turns")
                        .examples("back", "back 100", "back vp 3")
                        .as(MotionCommands::back),
                Command.named("over", "o")
                        .does("run until the VP whose turn it is has left the stage that it is in")
                        .as((session, words) -> {
                            words.end();
                            stop(session, session.debugger().stepOverStage());
                        }),
                Command.named("run", "r", "continue", "c")
                        .takes("[N]")
                        .does("run until a breakpoint holds, or for N turns")
                        .examples("run", "run 1000")
                        .as((session, words) -> {
                            long turns = words.hasNext()
                                    ? new Values(session).count(words.take("a number of turns"))
                                    : MAX_TURNS;
                            words.end();
                            stop(session, session.debugger().run(turns));
                        }),
                Command.named("run-back", "rb", "reverse")
                        .does("run back to the last moment at which a breakpoint holds")
                        .as((session, words) -> {
                            words.end();
                            stop(session, session.debugger().runBack());
                        }),
                Command.named("to")
                        .takes("CONDITION", Argument.CONDITION)
                        .does("run until a condition or a breakpoint holds")
                        .examples("to S46", "to boot-shim/write-boot-params", "to write boot-params.ramdisk_image")
                        .as((session, words) -> {
                            Condition condition = new Conditions(session).take(words);
                            stop(session, session.debugger().runTo(condition, MAX_TURNS));
                        }),
                Command.named("back-to", "bt")
                        .takes("CONDITION", Argument.CONDITION)
                        .does("run back to the last moment at which a condition or a breakpoint holds")
                        .examples("back-to write boot-params.ramdisk_image", "back-to hypercall EnableVpVtl")
                        .as((session, words) -> {
                            Condition condition = new Conditions(session).take(words);
                            stop(session, session.debugger().runBackTo(condition));
                        }),
                Command.named("goto", "g")
                        .takes("TURN | start | end | kernel")
                        .does("go to a moment: a number of turns, the first or last that was seen, the kernel's entry")
                        .examples("goto 100", "goto start", "goto kernel")
                        .as(MotionCommands::goTo),
                Command.named("where", "w").does("say where the run is").as((session, words) -> {
                    words.end();
                    new Printer(session).moment();
                }));
    }

    private static void stop(Session session, Stop stop) {
        new Printer(session).stop(stop);
    }

    private static void step(Session session, Words words) {
        Debugger debugger = session.debugger();
        Values values = new Values(session);
        String kind = words.takeIf("vp", "alone").orElse("");
        String number = words.hasNext() ? words.take("a number") : "1";
        words.end();
        stop(
                session,
                switch (kind) {
                    case "vp" -> debugger.stepVp(values.vp(number));
                    case "alone" -> debugger.stepAlone(values.vp(number));
                    default -> debugger.step(values.count(number));
                });
    }

    private static void back(Session session, Words words) {
        Values values = new Values(session);
        boolean vp = words.takeIf("vp").isPresent();
        String number = words.hasNext() ? words.take("a number") : "1";
        words.end();
        stop(
                session,
                vp
                        ? session.debugger().stepBackVp(values.vp(number))
                        : session.debugger().stepBack(values.count(number)));
    }

    private static void goTo(Session session, Words words) {
        String where = words.take("a turn, start, end or kernel");
        words.end();
        Debugger debugger = session.debugger();
        long turn =
                switch (where) {
                    case "start" -> debugger.history().start();
                    case "end" -> debugger.history().end();
                    case "kernel" ->
                        session.structures()
                                .kernelEntryTurn()
                                .orElseThrow(() -> new CommandException("the boot does not come to a kernel"));
                    default -> new Values(session).number(where);
                };
        if (turn < debugger.history().start()) {
            throw new CommandException(
                    "the first moment is turn " + debugger.history().start());
        }
        stop(session, debugger.goTo(turn));
    }
}
