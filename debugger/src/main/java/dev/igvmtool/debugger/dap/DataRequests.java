package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.lsp4j.debug.CompletionItem;
import org.eclipse.lsp4j.debug.CompletionsArguments;
import org.eclipse.lsp4j.debug.CompletionsResponse;
import org.eclipse.lsp4j.debug.EvaluateArguments;
import org.eclipse.lsp4j.debug.EvaluateArgumentsContext;
import org.eclipse.lsp4j.debug.EvaluateResponse;
import org.eclipse.lsp4j.debug.Scope;
import org.eclipse.lsp4j.debug.ScopePresentationHint;
import org.eclipse.lsp4j.debug.ScopesArguments;
import org.eclipse.lsp4j.debug.ScopesResponse;
import org.eclipse.lsp4j.debug.SetVariableArguments;
import org.eclipse.lsp4j.debug.SetVariableResponse;
import org.eclipse.lsp4j.debug.StackFrame;
import org.eclipse.lsp4j.debug.StackTraceArguments;
import org.eclipse.lsp4j.debug.StackTraceResponse;
import org.eclipse.lsp4j.debug.StoppedEventArgumentsReason;
import org.eclipse.lsp4j.debug.ThreadsResponse;
import org.eclipse.lsp4j.debug.Variable;
import org.eclipse.lsp4j.debug.VariablesArguments;
import org.eclipse.lsp4j.debug.VariablesResponse;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;
import org.jspecify.annotations.Nullable;

/** Threads, stacks and what can be looked at in them. */
final class DataRequests {
    private final Session session;
    private final Mailbox mailbox;

    DataRequests(Session session, Mailbox mailbox) {
        this.session = session;
        this.mailbox = mailbox;
    }

    /** The VPs. */
    @JsonRequest
    public CompletableFuture<ThreadsResponse> threads() {
        return mailbox.answer(() -> {
            ThreadsResponse response = new ThreadsResponse();
            response.setThreads(session.debuggee().stack().threads());
            return response;
        });
    }

    /** The step and the stage of a VP, and its other VTLs. */
    @JsonRequest
    public CompletableFuture<StackTraceResponse> stackTrace(StackTraceArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            Stack stack = debuggee.stack();
            List<StackFrame> all = stack.frames(
                    stack.vp(arguments.getThreadId()), debuggee.motion().stopped());
            StackTraceResponse response = new StackTraceResponse();
            response.setStackFrames(
                    part(all, arguments.getStartFrame(), arguments.getLevels()).toArray(StackFrame[]::new));
            response.setTotalFrames(all.size());
            return response;
        });
    }

    /** @param count 0 and nothing mean all */
    private static <T> List<T> part(List<T> all, @Nullable Integer start, @Nullable Integer count) {
        int first = Math.min(Math.max(0, Optional.ofNullable(start).orElse(0)), all.size());
        int most = Math.max(0, Optional.ofNullable(count).orElse(0));
        int left = all.size() - first;
        return all.subList(first, first + (most == 0 ? left : Math.min(most, left)));
    }

    /** Registers, structures, the page that code is run from, the events of the last turn. */
    @JsonRequest
    public CompletableFuture<ScopesResponse> scopes(ScopesArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            Stack.Frame frame = debuggee.stack().frame(arguments.getFrameId());
            Items items = debuggee.items();
            Scope registers = scope("Registers", () -> items.registers(frame.vp(), frame.vtl()), false);
            registers.setPresentationHint(ScopePresentationHint.REGISTERS);
            ScopesResponse response = new ScopesResponse();
            response.setScopes(new Scope[] {
                registers,
                scope("Structures", items::structures, true),
                scope("Page", () -> items.page(frame.vp(), frame.vtl()), true),
                scope("Last turn", items::lastTurn, true)
            });
            return response;
        });
    }

    private Scope scope(String name, Supplier<List<Item>> content, boolean expensive) {
        Scope scope = new Scope();
        scope.setName(name);
        scope.setVariablesReference(session.debuggee().references().add(content));
        scope.setExpensive(expensive);
        return scope;
    }

    /** The parts of something. */
    @JsonRequest
    public CompletableFuture<VariablesResponse> variables(VariablesArguments arguments) {
        return mailbox.answer(
                () -> {
                    References references = session.debuggee().references();
                    VariablesResponse response = new VariablesResponse();
                    response.setVariables(part(
                                    references.items(arguments.getVariablesReference()),
                                    arguments.getStart(),
                                    arguments.getCount())
                            .stream()
                            .map(references::variable)
                            .toArray(Variable[]::new));
                    return response;
                });
    }

    /** Sets a register or an integer in memory, which begins another future. */
    @JsonRequest
    public CompletableFuture<SetVariableResponse> setVariable(SetVariableArguments arguments) {
        return mailbox.answer(() -> {
            References references = session.debuggee().references();
            Item item = references.item(arguments.getVariablesReference(), arguments.getName());
            item.setter()
                    .orElseThrow(() -> new IgvmToolException(item.name() + " is no number that can be set"))
                    .accept(number(arguments.getValue()));
            SetVariableResponse response = new SetVariableResponse();
            response.setValue(references
                    .item(arguments.getVariablesReference(), arguments.getName())
                    .value());
            return response;
        });
    }

    private static long number(String text) {
        try {
            String digits = text.strip();
            return digits.startsWith("0x") ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IgvmToolException("'" + text + "' is not a number; 0x1000 and 4096 are");
        }
    }

    /** A register, structure or field by its name; in the debug console a command. */
    @JsonRequest
    public CompletableFuture<EvaluateResponse> evaluate(EvaluateArguments arguments) {
        return mailbox.ask(answer -> {
            Debuggee debuggee = session.debuggee();
            Stack.Frame frame = Optional.ofNullable(arguments.getFrameId())
                    .map(debuggee.stack()::frame)
                    .orElseGet(() -> debuggee.stack().running(debuggee.motion().stopped()));
            if (EvaluateArgumentsContext.REPL.equals(arguments.getContext())) {
                command(answer, debuggee, arguments.getExpression(), frame.vp());
                return;
            }
            Item item = debuggee.items().find(arguments.getExpression(), frame.vp(), frame.vtl());
            Variable variable = debuggee.references().variable(item);
            EvaluateResponse response = new EvaluateResponse();
            response.setResult(variable.getValue());
            response.setVariablesReference(variable.getVariablesReference());
            response.setMemoryReference(variable.getMemoryReference());
            answer.complete(response);
        });
    }

    private static void command(CompletableFuture<EvaluateResponse> answer, Debuggee debuggee, String line, int vp) {
        long turn = debuggee.debugger().history().now();
        int inputs = debuggee.debugger().history().journal().entries().size();
        EvaluateResponse response = new EvaluateResponse();
        response.setResult(debuggee.execute(line, vp));
        answer.complete(response);
        boolean changed = debuggee.debugger().history().journal().entries().size() != inputs;
        if (changed || debuggee.debugger().history().now() != turn) {
            debuggee.references().clear();
            debuggee.motion().tell(StoppedEventArgumentsReason.GOTO);
        }
    }

    /** What the line of the debug console may become. */
    @JsonRequest
    public CompletableFuture<CompletionsResponse> completions(CompletionsArguments arguments) {
        return mailbox.answer(() -> {
            String text = arguments.getText();
            // Columns count from 1; the cursor stands before the column.
            int cursor = Math.min(Math.max(0, arguments.getColumn() - 1), text.length());
            String begun = text.substring(0, cursor);
            int word = 1 + Math.max(begun.lastIndexOf(' '), begun.lastIndexOf('\t'));
            CompletionsResponse response = new CompletionsResponse();
            response.setTargets(session.debuggee().complete(begun).stream()
                    .map(candidate -> {
                        CompletionItem item = new CompletionItem();
                        item.setLabel(candidate.text());
                        item.setDetail(candidate.description().isEmpty() ? null : candidate.description());
                        item.setStart(word);
                        item.setLength(cursor - word);
                        return item;
                    })
                    .toArray(CompletionItem[]::new));
            return response;
        });
    }
}
