package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Condition;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.eclipse.lsp4j.debug.Breakpoint;
import org.eclipse.lsp4j.debug.DataBreakpoint;
import org.eclipse.lsp4j.debug.DataBreakpointAccessType;
import org.eclipse.lsp4j.debug.DataBreakpointInfoArguments;
import org.eclipse.lsp4j.debug.DataBreakpointInfoResponse;
import org.eclipse.lsp4j.debug.FunctionBreakpoint;
import org.eclipse.lsp4j.debug.InstructionBreakpoint;
import org.eclipse.lsp4j.debug.SetBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetDataBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetDataBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetExceptionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetExceptionBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetFunctionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetFunctionBreakpointsResponse;
import org.eclipse.lsp4j.debug.SetInstructionBreakpointsArguments;
import org.eclipse.lsp4j.debug.SetInstructionBreakpointsResponse;
import org.eclipse.lsp4j.debug.SourceBreakpoint;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** Where runs stop: at lines of the stages' sources, conditions of the console, addresses, accesses and events. */
final class BreakpointRequests {
    /** Events of the machine that a client can stop at with one click, by the name of the event. */
    static final Map<String, String> EVENTS = new TreeMap<>(Map.of(
            "Fault", "Faults of programs",
            "Intercept", "Intercepts that a VTL gets",
            "VtlSwitch", "Switches between VTLs",
            "VpStarted", "Starts of VPs"));

    private final Session session;
    private final Mailbox mailbox;

    BreakpointRequests(Session session, Mailbox mailbox) {
        this.session = session;
        this.mailbox = mailbox;
    }

    /** Takes the place of the breakpoints of one file. */
    @JsonRequest
    public CompletableFuture<SetBreakpointsResponse> setBreakpoints(SetBreakpointsArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            String path = Optional.ofNullable(arguments.getSource().getPath()).orElse("");
            String group = StopPoints.SOURCE + path;
            debuggee.stopPoints().clear(group);
            SourceBreakpoint[] wanted =
                    Optional.ofNullable(arguments.getBreakpoints()).orElse(new SourceBreakpoint[0]);
            SetBreakpointsResponse response = new SetBreakpointsResponse();
            response.setBreakpoints(Arrays.stream(wanted)
                    .map(it -> source(debuggee, group, path, it.getLine()))
                    .toArray(Breakpoint[]::new));
            return response;
        });
    }

    private static Breakpoint source(Debuggee debuggee, String group, String path, int line) {
        List<StepSources.Found> found = new ArrayList<>();
        Breakpoint answer = debuggee.stopPoints().add(group, () -> {
            found.addAll(debuggee.sources().at(path(path), line));
            if (found.isEmpty()) {
                throw new IgvmToolException("no step of a stage stands here");
            }
            return found.stream()
                    .<Condition>map(it -> new Condition.AtStep(it.program(), it.step(), OptionalInt.empty()))
                    .toList();
        });
        if (answer.isVerified()) {
            StepSources.Found first = found.get(0);
            answer.setLine(
                    first.listed().number() == line ? line : first.action().number());
        } else {
            answer.setLine(line);
        }
        return answer;
    }

    private static Path path(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IgvmToolException("'" + text + "' is not a path");
        }
    }

    /** Takes the place of all of a kind. */
    private <T> Breakpoint[] set(String group, T @Nullable [] wanted, Function<T, Condition> condition) {
        StopPoints stopPoints = session.debuggee().stopPoints();
        stopPoints.clear(group);
        List<Breakpoint> answers = new ArrayList<>();
        if (wanted != null) {
            for (T one : wanted) {
                answers.add(stopPoints.add(group, () -> List.of(condition.apply(one))));
            }
        }
        return answers.toArray(Breakpoint[]::new);
    }

    /** Functions are conditions in the console's words: {@code kernel-stub/entry}, {@code S38}, {@code msr write 0x1b}. */
    @JsonRequest
    public CompletableFuture<SetFunctionBreakpointsResponse> setFunctionBreakpoints(
            SetFunctionBreakpointsArguments arguments) {
        return mailbox.answer(() -> {
            SetFunctionBreakpointsResponse response = new SetFunctionBreakpointsResponse();
            response.setBreakpoints(set(
                    StoppedEventArgumentsReason.FUNCTION_BREAKPOINT,
                    arguments.getBreakpoints(),
                    (FunctionBreakpoint it) -> session.debuggee().condition(it.getName())));
            return response;
        });
    }

    /** Virtual addresses, of whatever VP. */
    @JsonRequest
    public CompletableFuture<SetInstructionBreakpointsResponse> setInstructionBreakpoints(
            SetInstructionBreakpointsArguments arguments) {
        return mailbox.answer(() -> {
            SetInstructionBreakpointsResponse response = new SetInstructionBreakpointsResponse();
            response.setBreakpoints(set(
                    StoppedEventArgumentsReason.INSTRUCTION_BREAKPOINT,
                    arguments.getBreakpoints(),
                    (InstructionBreakpoint it) -> new Condition.AtAddress(
                            session.debuggee()
                                    .memory(it.getInstructionReference(), Optional.ofNullable(it.getOffset()))
                                    .address(),
                            OptionalInt.empty())));
            return response;
        });
    }

    /** Events of the machine. */
    @JsonRequest
    public CompletableFuture<SetExceptionBreakpointsResponse> setExceptionBreakpoints(
            SetExceptionBreakpointsArguments arguments) {
        return mailbox.answer(() -> {
            SetExceptionBreakpointsResponse response = new SetExceptionBreakpointsResponse();
            response.setBreakpoints(set(StoppedEventArgumentsReason.EXCEPTION, arguments.getFilters(), (String it) -> {
                if (!EVENTS.containsKey(it)) {
                    throw new IgvmToolException("no filter '" + it + "'");
                }
                return new Condition.OnEvent(it);
            }));
            return response;
        });
    }

    /** Whether something can be watched, and how it is called then. */
    @JsonRequest
    public CompletableFuture<DataBreakpointInfoResponse> dataBreakpointInfo(DataBreakpointInfoArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            Integer reference = arguments.getVariablesReference();
            if (Boolean.TRUE.equals(arguments.getAsAddress())) {
                int bytes = Optional.ofNullable(arguments.getBytes()).orElse(1);
                String dataId = arguments.getName() + " " + bytes;
                debuggee.watch(dataId, DataBreakpointAccessType.WRITE);
                return info(dataId, bytes + " bytes at " + arguments.getName());
            }
            Item item = reference != null && reference > 0
                    ? debuggee.references().item(reference, arguments.getName())
                    : find(debuggee, arguments.getName());
            if (item.place().isEmpty()) {
                DataBreakpointInfoResponse none = new DataBreakpointInfoResponse();
                none.setDescription(item.name() + " is not in memory");
                return none;
            }
            return info(item.path(), item.path());
        });
    }

    private static Item find(Debuggee debuggee, String name) {
        Stack.Frame frame = debuggee.stack().running(debuggee.motion().stopped());
        return debuggee.items().find(name, frame.vp(), frame.vtl());
    }

    private static DataBreakpointInfoResponse info(String dataId, String description) {
        DataBreakpointInfoResponse response = new DataBreakpointInfoResponse();
        response.setDataId(dataId);
        response.setDescription(description);
        response.setAccessTypes(DataBreakpointAccessType.values());
        response.setCanPersist(true);
        return response;
    }

    /** Accesses to memory. */
    @JsonRequest
    public CompletableFuture<SetDataBreakpointsResponse> setDataBreakpoints(SetDataBreakpointsArguments arguments) {
        return mailbox.answer(() -> {
            SetDataBreakpointsResponse response = new SetDataBreakpointsResponse();
            response.setBreakpoints(set(
                    StoppedEventArgumentsReason.DATA_BREAKPOINT,
                    arguments.getBreakpoints(),
                    (DataBreakpoint it) -> session.debuggee()
                            .watch(
                                    it.getDataId(),
                                    Optional.ofNullable(it.getAccessType()).orElse(DataBreakpointAccessType.WRITE))));
            return response;
        });
    }
}
