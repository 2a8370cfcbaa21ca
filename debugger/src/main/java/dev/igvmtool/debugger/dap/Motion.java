package dev.igvmtool.debugger.dap;

import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Hit;
import dev.igvmtool.debugger.Stop;
import java.util.Optional;
import java.util.StringJoiner;
import org.eclipse.lsp4j.debug.OutputEventArguments;
import org.eclipse.lsp4j.debug.OutputEventArgumentsCategory;
import org.eclipse.lsp4j.debug.StoppedEventArguments;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/** Tells a client why a run stopped, and where. */
final class Motion {
    private final Debugger debugger;
    private final StopPoints stopPoints;
    private final IDebugProtocolClient client;

    /** The VP that the last stop was about. */
    private int stopped;

    Motion(Debugger debugger, StopPoints stopPoints, IDebugProtocolClient client) {
        this.debugger = debugger;
        this.stopPoints = stopPoints;
        this.client = client;
        debugger.history().next().ifPresent(vp -> stopped = vp.index());
    }

    /** The VP that the last stop was about. */
    int stopped() {
        return stopped;
    }

    /** @param asked the VP that was to move */
    void tell(Stop stop, int asked) {
        StoppedEventArguments event = new StoppedEventArguments();
        event.setAllThreadsStopped(true);
        stopped = debugger.history().next().map(vp -> vp.index()).orElse(asked);
        switch (stop.reason()) {
            case DONE, LIMIT -> {
                stopped = asked;
                event.setReason(StoppedEventArgumentsReason.STEP);
            }
            case HIT -> {
                stopped = stop.hits().get(0).vp();
                event.setReason(stopPoints.reason(stop.hits().get(0)));
                event.setHitBreakpointIds(stopPoints.numbers(stop.hits()));
                event.setText(text(stop));
            }
            case PAUSED -> event.setReason(StoppedEventArgumentsReason.PAUSE);
            case START -> {
                event.setReason(StoppedEventArgumentsReason.STEP);
                event.setDescription("The first moment");
            }
            case IDLE -> {
                event.setReason(StoppedEventArgumentsReason.STEP);
                event.setDescription("Every VP waits for an interrupt or a start");
            }
            case VP_STOPPED -> {
                event.setReason(StoppedEventArgumentsReason.EXCEPTION);
                event.setDescription("A VP has stopped for good");
                event.setText(stop.detail());
            }
        }
        send(event);
    }

    /** The run is at its first moment, or at one that the user chose. */
    void tell(String reason) {
        StoppedEventArguments event = new StoppedEventArguments();
        event.setAllThreadsStopped(true);
        event.setReason(reason);
        debugger.history().next().ifPresent(vp -> stopped = vp.index());
        send(event);
    }

    private void send(StoppedEventArguments event) {
        event.setThreadId(stopped + 1);
        Optional.ofNullable(event.getText()).ifPresent(this::print);
        client.stopped(event);
    }

    private static String text(Stop stop) {
        StringJoiner lines = new StringJoiner("\n");
        for (Hit hit : stop.hits()) {
            lines.add("turn " + hit.turn() + ": " + hit.detail());
        }
        return lines.toString();
    }

    private void print(String text) {
        OutputEventArguments output = new OutputEventArguments();
        output.setCategory(OutputEventArgumentsCategory.CONSOLE);
        output.setOutput(text + "\n");
        client.output(output);
    }
}
