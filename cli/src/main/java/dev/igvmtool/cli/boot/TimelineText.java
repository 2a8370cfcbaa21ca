package dev.igvmtool.cli.boot;

import dev.igvmtool.machine.event.MachineEvent;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prints the timeline as it grows: a heading for each stage, a line for each event. Details are not from the image's
 * strings, so nothing needs to be escaped.
 */
public final class TimelineText implements Timeline.Listener {
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean colour;
    private final Map<String, Long> stepsByStage = new LinkedHashMap<>();
    private String stage = "";

    /** @param colour whether headings and details may be coloured */
    public TimelineText(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    @Override
    public void event(TimelineEvent event) {
        enter(event.stage(), event.vtl().isPresent() ? "VTL " + event.vtl().getAsInt() : "VTL -");
        String vp = event.vp().isPresent() ? "vp" + event.vp().getAsInt() : "";
        String line = String.format("  %-4s %-5s %-30s ", event.id(), vp, event.step());
        out.println((line + styled(DIM, event.detail())).stripTrailing());
    }

    @Override
    public void overlay(Overlay overlay) {
        String text = overlay.stage() + " stands in place of machine code at " + overlay.range();
        out.println(styled(DIM, "       " + text + (overlay.note().isEmpty() ? "" : ", " + overlay.note())));
    }

    @Override
    public void step(MachineEvent.StepRetired step) {
        boolean first = stepsByStage.merge(step.program(), 1L, Long::sum) == 1;
        if (first && step.vtl() == 0) {
            enter(step.program(), "VTL 0");
            out.println(
                    String.format("       %-5s %-30s first step, at 0x%x", "vp" + step.vp(), step.step(), step.rip()));
        }
    }

    private void enter(String newStage, String place) {
        if (!newStage.equals(stage)) {
            stage = newStage;
            out.println(styled(BOLD, newStage.equals(TimelineEvent.HOST) ? newStage : newStage + " (" + place + ")"));
        }
    }

    /** Steps that each stage ran, in the order in which the stages began. */
    public Map<String, Long> stepsByStage() {
        return stepsByStage;
    }

    private String styled(String style, String text) {
        return colour && !text.isEmpty() ? style + text + PLAIN : text;
    }
}
