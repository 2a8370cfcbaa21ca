package dev.igvmtool.cli;

import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.record.RunRecorder;
import dev.igvmtool.debugger.record.TurnRecord;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trace verify}: whether a recorded run can be had again. */
@Command(
        name = "verify",
        description = {
            "Replays a recording and compares every event with what was recorded.",
            "Exit status 1 if the replay differs."
        },
        footer = {"", "Example: igvmtool trace verify boot.rec"})
final class TraceVerifyCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(paramLabel = "RECORDING", description = "What boot --record or the debugger wrote.")
    String file = "";

    @Option(names = "--image", paramLabel = "IMAGE", description = "Where the image of the recording is now.")
    Optional<String> imageOfRecording;

    @Option(names = "--json", description = "One JSON object with the verdict.")
    boolean json;

    TraceVerifyCommand(Console console) {
        this.console = console;
    }

    /** Compares the turns of a replay with those that were recorded. */
    private static final class Comparison {
        private final Iterator<TurnRecord> recorded;
        private @Nullable TurnRecord next;
        private @Nullable TurnRecord expected;
        private @Nullable TurnRecord found;

        Comparison(Recording recording) {
            recorded = recording.turns().iterator();
            advance();
        }

        private void advance() {
            next = recorded.hasNext() ? recorded.next() : null;
        }

        void turn(TurnRecord turn) {
            if (found != null || next == null || turn.turn() < next.turn()) {
                return;
            }
            if (!turn.equals(next)) {
                expected = next;
                found = turn;
            }
            advance();
        }
    }

    @Override
    public Integer call() throws IOException {
        RunOperand.Run run = new RunOperand(file).replay(console, imageOfRecording);
        Recording recording = run.recording().orElseThrow();
        Comparison comparison = new Comparison(recording);
        Recording.End end = RunRecorder.replay(
                run.target().debugger().history(), recording.end().turns(), comparison::turn);
        boolean same = comparison.found == null && end.equals(recording.end());
        if (json) {
            JsonOutput.print(console, "igvmtool.trace-verify/1", out -> {
                out.writeBooleanField("same", same);
                out.writeNumberField("turns", end.turns());
                out.writeStringField("hash", "0x" + Long.toHexString(end.hash()));
                if (comparison.found != null) {
                    out.writeNumberField("firstDifference", comparison.found.turn());
                }
            });
        } else if (same) {
            console.out().printf("the replay is the same: %d turns, hash 0x%016x%n", end.turns(), end.hash());
        } else {
            console.out().println(difference(comparison, recording.end(), end));
        }
        return same ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private static String difference(Comparison comparison, Recording.End recorded, Recording.End end) {
        TurnRecord expected = comparison.expected;
        TurnRecord found = comparison.found;
        if (expected == null || found == null) {
            return String.format(
                    "the replay ends after %d turns, %d steps; recorded were %d turns, %d steps",
                    end.turns(), end.steps(), recorded.turns(), recorded.steps());
        }
        return String.format(
                "the replay differs in turn %d: recorded was %s, found was %s",
                found.turn(), TurnText.of(expected), TurnText.of(found));
    }
}
