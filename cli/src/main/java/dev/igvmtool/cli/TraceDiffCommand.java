package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.cli.debug.DebugTarget;
import dev.igvmtool.cli.record.Recording;
import dev.igvmtool.cli.record.RunRecorder;
import dev.igvmtool.cli.record.TurnComparison;
import dev.igvmtool.debugger.record.TurnRecord;
import dev.igvmtool.debugger.trace.Causes;
import dev.igvmtool.debugger.trace.Causes.Cause;
import dev.igvmtool.debugger.view.ViewChange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trace diff}: where two runs part, and why. */
@Command(
        name = "diff",
        description = {
            "Compares two recordings: of two images, two hosts, or two versions of this tool.",
            "Says in which turn they first differ, in which they first take another course, and what led there.",
            "Exit status 1 if they differ."
        },
        footer = {"", "Example: igvmtool trace diff before.rec after.rec"})
final class TraceDiffCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Parameters(index = "0", paramLabel = "A", description = "Recording.")
    String first = "";

    @Parameters(index = "1", paramLabel = "B", description = "Recording.")
    String second = "";

    @Option(names = "--image-a", paramLabel = "IMAGE", description = "Where the image of A is now.")
    Optional<String> firstImage;

    @Option(names = "--image-b", paramLabel = "IMAGE", description = "Where the image of B is now.")
    Optional<String> secondImage;

    @Option(names = "--json", description = "One JSON object with the differences and their causes.")
    boolean json;

    TraceDiffCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Recording a = recording(first);
        Recording b = recording(second);
        TurnComparison comparison = TurnComparison.of(a.turns(), b.turns());
        boolean same = comparison.firstDifference().isEmpty()
                && a.end().hash() == b.end().hash();
        List<Cause> causes = same ? List.of() : causes(a, b, comparison);
        if (json) {
            JsonOutput.print(console, "igvmtool.trace-diff/1", out -> write(out, same, comparison, causes));
        } else {
            print(same, a, comparison, causes);
        }
        return same ? ExitStatus.DONE : ExitStatus.FINDING;
    }

    private Recording recording(String name) {
        return new RunOperand(name)
                .recording(console)
                .orElseThrow(() -> new CommandException(name + ": is not a recording"));
    }

    /** What led to the first difference; none if one of the runs cannot be had again. */
    private List<Cause> causes(Recording a, Recording b, TurnComparison comparison) {
        Optional<Causes.Run> mine = replay(first, a, firstImage);
        Optional<Causes.Run> its = replay(second, b, secondImage);
        if (mine.isEmpty() || its.isEmpty()) {
            return List.of();
        }
        // The step that takes another course may do so because of the one before.
        for (Optional<TurnComparison.Pair> pair :
                List.of(comparison.parting(), comparison.lastCommon(), comparison.firstDifference())) {
            if (pair.isPresent()) {
                List<Cause> causes = new Causes(mine.get(), its.get())
                        .of(pair.get().first().turn(), pair.get().second().turn());
                if (!causes.isEmpty()) {
                    return causes;
                }
            }
        }
        return List.of();
    }

    private Optional<Causes.Run> replay(String name, Recording recording, Optional<String> image) {
        try {
            RunOperand.Run run = new RunOperand(name).replay(console, image);
            Recording.End end = RunRecorder.replay(
                    run.target().debugger().history(), recording.end().turns(), turn -> {});
            if (end.hash() != recording.end().hash()) {
                console.error(name + ": this version does not replay it as it was; what led to a difference is not"
                        + " looked for");
                return Optional.empty();
            }
            DebugTarget target = run.target();
            return Optional.of(new Causes.Run(target.debugger(), target.structures(), target.origins()));
        } catch (IgvmToolException | IOException e) {
            console.error(e.getMessage() + "; what led to a difference is not looked for");
            return Optional.empty();
        }
    }

    private void print(boolean same, Recording a, TurnComparison comparison, List<Cause> causes) {
        if (same) {
            console.out().println("the runs are the same: " + a.end().turns() + " turns");
            return;
        }
        comparison.firstDifference().ifPresent(pair -> print("first difference", pair));
        comparison.parting().ifPresent(pair -> {
            comparison.lastCommon().ifPresent(common -> print("last common step", common));
            print("then another course", pair);
        });
        if (comparison.parting().isEmpty()) {
            console.out().println("both take the same course as far as both go");
        }
        if (!causes.isEmpty()) {
            console.out().println("what led there:");
        }
        for (Cause cause : causes) {
            print(cause);
        }
    }

    private void print(String what, TurnComparison.Pair pair) {
        console.out().println(what + ":");
        console.out().println("  A turn " + pair.first().turn() + ": " + text(pair.first()));
        console.out().println("  B turn " + pair.second().turn() + ": " + text(pair.second()));
    }

    private static String text(TurnRecord turn) {
        return TurnText.of(turn);
    }

    private void print(Cause cause) {
        String indent = "  ".repeat(cause.depth() + 1);
        console.out()
                .printf(
                        "%s%s (turn %d, %d) reads %s, which differs:%n",
                        indent,
                        cause.step(),
                        cause.turns().get(0),
                        cause.turns().get(1),
                        cause.structure());
        for (ViewChange change : cause.changes()) {
            console.out()
                    .printf(
                            "%s  %s: %s | %s%n",
                            indent,
                            Printable.escape(change.path()),
                            orNothing(change.before()),
                            orNothing(change.after()));
        }
        if (cause.more() > 0) {
            console.out().printf("%s  and %d fields more%n", indent, cause.more());
        }
        console.out().println(indent + "  A: " + cause.firstOrigin());
        console.out().println(indent + "  B: " + cause.secondOrigin());
    }

    private static String orNothing(String text) {
        return text.isEmpty() ? "(nothing)" : Printable.escape(text);
    }

    private static void write(JsonGenerator out, boolean same, TurnComparison comparison, List<Cause> causes)
            throws IOException {
        out.writeBooleanField("same", same);
        pair(out, "firstDifference", comparison.firstDifference());
        pair(out, "lastCommon", comparison.lastCommon());
        pair(out, "parting", comparison.parting());
        out.writeArrayFieldStart("causes");
        for (Cause cause : causes) {
            out.writeStartObject();
            out.writeNumberField("depth", cause.depth());
            out.writeNumberField("turnA", cause.turns().get(0));
            out.writeNumberField("turnB", cause.turns().get(1));
            out.writeStringField("step", cause.step());
            out.writeStringField("structure", cause.structure());
            out.writeArrayFieldStart("changes");
            for (ViewChange change : cause.changes()) {
                out.writeStartObject();
                out.writeStringField("field", change.path());
                out.writeStringField("a", change.before());
                out.writeStringField("b", change.after());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeNumberField("more", cause.more());
            out.writeStringField("originA", cause.firstOrigin());
            out.writeStringField("originB", cause.secondOrigin());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void pair(JsonGenerator out, String name, Optional<TurnComparison.Pair> pair) throws IOException {
        if (pair.isEmpty()) {
            out.writeNullField(name);
            return;
        }
        out.writeObjectFieldStart(name);
        turn(out, "a", pair.get().first());
        turn(out, "b", pair.get().second());
        out.writeEndObject();
    }

    private static void turn(JsonGenerator out, String name, TurnRecord turn) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeNumberField("turn", turn.turn());
        out.writeNumberField("vp", turn.vp());
        out.writeNumberField("vtl", turn.vtl());
        out.writeStringField("rip", "0x" + Long.toHexString(turn.rip()));
        out.writeStringField("step", turn.step());
        out.writeEndObject();
    }
}
