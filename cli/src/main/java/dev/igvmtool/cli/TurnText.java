package dev.igvmtool.cli;

import dev.igvmtool.debugger.record.TurnRecord;

/** A recorded turn in words. */
final class TurnText {
    private TurnText() {}

    static String of(TurnRecord turn) {
        String step = turn.step().isEmpty() ? "no step" : turn.step();
        String vp = turn.vp() < 0 ? "" : String.format(" on vp%d in VTL%d at 0x%x", turn.vp(), turn.vtl(), turn.rip());
        return String.format("%s%s with %d events", step, vp, turn.events());
    }
}
