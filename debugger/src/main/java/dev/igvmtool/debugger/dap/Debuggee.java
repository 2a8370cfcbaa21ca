package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.console.DebugConsole;
import dev.igvmtool.debugger.console.Saver;
import dev.igvmtool.debugger.console.Style;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.debug.DataBreakpointAccessType;
import org.eclipse.lsp4j.debug.services.IDebugProtocolClient;

/** What a client debugs, with all that the client has made of it. */
final class Debuggee {
    private final Debugger debugger;
    private final DapTarget target;
    private final List<String> printed = new ArrayList<>();
    private final DebugConsole console;
    private final StepSources sources;
    private final StopPoints stopPoints;
    private final Stack stack;
    private final Items items;
    private final References references = new References();
    private final Code code;
    private final Motion motion;

    /** @param root folder of this project's sources, if it is known */
    Debuggee(DapTarget target, Optional<Path> root, IDebugProtocolClient client) {
        this.target = target;
        this.debugger = target.debugger();
        this.console = new DebugConsole(
                debugger, target.structures(), target.origins(), Saver.NONE, Style.PLAIN, printed::add);
        this.sources = root.map(folder -> StepSources.of(
                        folder, debugger.machine().partition().programs().all()))
                .orElseGet(StepSources::none);
        this.stopPoints = new StopPoints(debugger);
        this.stack = new Stack(debugger, sources);
        this.items = new Items(target);
        this.code = new Code(debugger.machine());
        this.motion = new Motion(debugger, stopPoints, client);
    }

    Debugger debugger() {
        return debugger;
    }

    StepSources sources() {
        return sources;
    }

    StopPoints stopPoints() {
        return stopPoints;
    }

    Stack stack() {
        return stack;
    }

    Items items() {
        return items;
    }

    References references() {
        return references;
    }

    Code code() {
        return code;
    }

    Motion motion() {
        return motion;
    }

    /** An address that the client hands back. */
    MemoryReference memory(String reference, Optional<Integer> offset) {
        return MemoryReference.parse(reference, debugger.machine(), motion.stopped())
                .plus(offset.orElse(0));
    }

    /** A condition in the words of the console. */
    Condition condition(String text) {
        return console.condition(text);
    }

    /** A line for the console; what it answers. */
    String execute(String line, int vp) {
        printed.clear();
        console.select(vp);
        console.execute(line);
        return String.join("\n", printed);
    }

    /** What the end of a line may become. */
    List<DebugConsole.Candidate> complete(String line) {
        return console.complete(line);
    }

    /** Bytes to watch, by the name that this server gave them: a field, or {@code ADDRESS LENGTH}. */
    Condition watch(String dataId, DataBreakpointAccessType type) {
        Access access =
                switch (type) {
                    case READ -> Access.READ;
                    case WRITE -> Access.WRITE;
                    case READ_WRITE -> Access.ANY;
                };
        return new Condition.OnMemory(place(dataId), access);
    }

    private Place place(String dataId) {
        int space = dataId.indexOf(' ');
        if (space < 0) {
            return target.structures().place(dataId);
        }
        MemoryReference from = memory(dataId.substring(0, space), Optional.empty());
        long length;
        try {
            length = Long.parseLong(dataId.substring(space + 1));
        } catch (NumberFormatException e) {
            throw new IgvmToolException("'" + dataId + "' is no data that can be watched");
        }
        if (length < 1 || length > Integer.MAX_VALUE) {
            throw new IgvmToolException("cannot watch " + length + " bytes");
        }
        return from.vp().isPresent() ? Place.virtual(from.address(), length) : Place.physical(from.address(), length);
    }

    /** The client is gone. */
    void close() {
        stopPoints.clear();
    }
}
