package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Hit;
import dev.igvmtool.debugger.Stop;
import dev.igvmtool.machine.vp.Vp;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Runs and steps that a client asks for; each ends in a stop reply. */
final class Motion {
    private static final long MAX_TURNS = Long.MAX_VALUE;

    private final Debugger debugger;
    private final Stops stops;
    private final Consumer<String> console;
    private boolean alone;

    Motion(Debugger debugger, Stops stops, Consumer<String> console) {
        this.debugger = debugger;
        this.stops = stops;
        this.console = console;
    }

    /**
     * Whether a step of one thread alone lets the others stand still. That is another run than the undisturbed one, and gdb
     * steps one thread alone whenever it goes on from a breakpoint; so it is off unless the user wants it.
     */
    void setAlone(boolean value) {
        alone = value;
    }

    /** Goes on. */
    String run() {
        return reply(debugger.run(MAX_TURNS), next());
    }

    /** @param vp -1 for whichever is next */
    String step(int vp) {
        return vp < 0 ? reply(debugger.step(1), next()) : reply(debugger.stepVp(vp), vp);
    }

    /** Goes back to before the last turn of a VP. */
    String stepBack(int vp) {
        return reply(debugger.stepBackVp(vp), vp);
    }

    String runBack() {
        return reply(debugger.runBack(), next());
    }

    /** {@code vCont}: the first action that names a step decides; what is to stop, stops. */
    String resume(String[] actions, ToIntFunction<String> thread) {
        boolean others = false;
        int stepped = -1;
        boolean step = false;
        for (String action : actions) {
            String[] parts = action.split(":", 2);
            if (parts[0].isEmpty()) {
                throw new ProtocolException();
            }
            switch (parts[0].charAt(0)) {
                case 's', 'S', 'r' -> {
                    if (!step) {
                        step = true;
                        stepped = parts.length > 1 ? thread.applyAsInt(parts[1]) : -1;
                    }
                }
                case 'c', 'C' -> others = true;
                case 't' -> {
                    // Everything stands still already.
                }
                default -> throw new ProtocolException();
            }
        }
        if (!step) {
            return others ? run() : stops.last();
        }
        if (stepped >= 0 && !others && alone) {
            return reply(stepAlone(stepped), stepped);
        }
        return step(stepped);
    }

    private Stop stepAlone(int vp) {
        try {
            return debugger.stepAlone(vp);
        } catch (IgvmToolException cannotRun) {
            console.accept(cannotRun.getMessage() + "\n");
            return debugger.goTo(debugger.history().now());
        }
    }

    private int next() {
        return debugger.history().next().map(Vp::index).orElse(0);
    }

    private String reply(Stop stop, int thread) {
        switch (stop.reason()) {
            case HIT -> {
                for (Hit hit : stop.hits()) {
                    console.accept("turn " + hit.turn() + ": " + hit.detail() + "\n");
                }
            }
            case IDLE -> console.accept("every VP waits for an interrupt or a start\n");
            case VP_STOPPED -> console.accept(stop.detail() + "\n");
            case DONE, LIMIT, START, PAUSED -> {
                // gdb says it itself.
            }
        }
        return stops.reply(stop, thread);
    }
}
