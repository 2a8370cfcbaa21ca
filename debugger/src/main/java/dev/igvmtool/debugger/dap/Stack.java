package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.lsp4j.debug.Source;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StackFramePresentationHint;
import org.eclipse.lsp4j.debug.Thread;

/**
 * VPs as threads with stacks: the step that is next, the stage that it is a step of, then the other VTLs, which go on when
 * this one returns to them.
 */
final class Stack {
    /** Frames of one VP: a step and a stage for the VTL that runs, one more for each of the others. */
    private static final int FRAMES_EACH = 8;

    private static final int STAGE = 1;
    private static final int FIRST_OTHER = 2;

    private final Debugger debugger;
    private final StepSources sources;

    /** What a frame's number stands for. */
    record Frame(int vp, int vtl) {}

    Stack(Debugger debugger, StepSources sources) {
        this.debugger = debugger;
        this.sources = sources;
    }

    Thread[] threads() {
        return debugger.machine().partition().vps().stream()
                .map(vp -> {
                    Thread thread = new Thread();
                    thread.setId(vp.index() + 1);
                    thread.setName("vp" + vp.index());
                    return thread;
                })
                .toArray(Thread[]::new);
    }

    /** The VP of a thread. */
    int vp(int thread) {
        if (thread < 1 || thread > debugger.machine().partition().vpCount()) {
            throw new IgvmToolException("no thread " + thread);
        }
        return thread - 1;
    }

    /** The VP and the VTL of a frame. */
    Frame frame(int id) {
        int vp = vp(1 + (id - 1) / FRAMES_EACH);
        int level = (id - 1) % FRAMES_EACH;
        Vp processor = debugger.machine().vp(vp);
        int vtl = level < FIRST_OTHER ? processor.vtl() : level - FIRST_OTHER;
        if (id < 1 || !processor.state().hasVtl(vtl)) {
            throw new IgvmToolException("no frame " + id + " at this moment");
        }
        return new Frame(vp, vtl);
    }

    /** What a VP runs. */
    Frame running(int vp) {
        return new Frame(vp, debugger.machine().vp(vp).vtl());
    }

    List<StackFrame> frames(int vp, int stopped) {
        Vp processor = debugger.machine().vp(vp);
        int first = vp * FRAMES_EACH + 1;
        long rip = processor.state().active().rip;
        String state = "VTL" + processor.vtl() + " "
                + processor.runState().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        List<StackFrame> frames = new ArrayList<>();
        Optional<Moment.ProgramStep> step = Moment.stepAt(processor);
        if (step.isPresent()) {
            Optional<StepSources.Found> source =
                    sources.find(step.get().program(), step.get().name());
            String event = step.get().timelineId().map(id -> " (" + id + ")").orElse("");
            frames.add(frame(first, step.get().name() + event, source.map(StepSources.Found::action)));
            frames.add(
                    frame(first + STAGE, step.get().program() + ", " + state, source.map(StepSources.Found::listed)));
        } else {
            frames.add(frame(first, String.format("machine code at 0x%x, %s", rip, state), Optional.empty()));
        }
        frames.get(0).setInstructionPointerReference(MemoryReference.virtual(vp, stopped, rip));
        for (int vtl = FRAMES_EACH - FIRST_OTHER - 1; vtl >= 0; vtl--) {
            if (vtl != processor.vtl() && processor.state().hasVtl(vtl)) {
                StackFrame other = frame(
                        first + FIRST_OTHER + vtl,
                        String.format("VTL%d at 0x%x", vtl, processor.state().vtl(vtl).rip),
                        Optional.empty());
                other.setPresentationHint(StackFramePresentationHint.SUBTLE);
                frames.add(other);
            }
        }
        return frames;
    }

    private static StackFrame frame(int id, String name, Optional<StepSources.Line> place) {
        StackFrame frame = new StackFrame();
        frame.setId(id);
        frame.setName(name);
        place.ifPresent(line -> {
            frame.setSource(source(line));
            frame.setLine(line.number());
            frame.setColumn(1);
        });
        return frame;
    }

    static Source source(StepSources.Line line) {
        Source source = new Source();
        source.setName(line.file().getFileName().toString());
        source.setPath(line.file().toString());
        return source;
    }
}
