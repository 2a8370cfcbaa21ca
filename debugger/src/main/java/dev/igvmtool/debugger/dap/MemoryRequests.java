package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.lsp4j.debug.DisassembleArguments;
import org.eclipse.lsp4j.debug.DisassembleResponse;
import org.eclipse.lsp4j.debug.DisassembledInstruction;
import org.eclipse.lsp4j.debug.ReadMemoryArguments;
import org.eclipse.lsp4j.debug.ReadMemoryResponse;
import org.eclipse.lsp4j.debug.WriteMemoryArguments;
import org.eclipse.lsp4j.debug.WriteMemoryResponse;
import org.eclipse.lsp4j.jsonrpc.services.JsonRequest;

/** Bytes of memory, and code. */
final class MemoryRequests {
    private final Session session;
    private final Mailbox mailbox;

    MemoryRequests(Session session, Mailbox mailbox) {
        this.session = session;
        this.mailbox = mailbox;
    }

    /** Reads bytes. */
    @JsonRequest
    public CompletableFuture<ReadMemoryResponse> readMemory(ReadMemoryArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            MemoryReference from =
                    debuggee.memory(arguments.getMemoryReference(), Optional.ofNullable(arguments.getOffset()));
            return debuggee.code()
                    .read(from, arguments.getCount(), debuggee.motion().stopped());
        });
    }

    /** Writes bytes, which begins another future. */
    @JsonRequest
    public CompletableFuture<WriteMemoryResponse> writeMemory(WriteMemoryArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            Bytes content;
            try {
                content = Bytes.wrap(Base64.getDecoder().decode(arguments.getData()));
            } catch (IllegalArgumentException e) {
                throw new IgvmToolException("the data is not in the base64 encoding");
            }
            debuggee.code()
                    .write(
                            debuggee.memory(arguments.getMemoryReference(), Optional.ofNullable(arguments.getOffset())),
                            content,
                            debuggee.debugger()::apply);
            WriteMemoryResponse response = new WriteMemoryResponse();
            response.setBytesWritten(content.size());
            return response;
        });
    }

    /** Steps of stages where there are any; other bytes are shown as they are. */
    @JsonRequest
    public CompletableFuture<DisassembleResponse> disassemble(DisassembleArguments arguments) {
        return mailbox.answer(() -> {
            Debuggee debuggee = session.debuggee();
            MemoryReference from =
                    debuggee.memory(arguments.getMemoryReference(), Optional.ofNullable(arguments.getOffset()));
            DisassembleResponse response = new DisassembleResponse();
            response.setInstructions(debuggee.code()
                    .disassemble(
                            from,
                            Optional.ofNullable(arguments.getInstructionOffset())
                                    .orElse(0),
                            arguments.getInstructionCount(),
                            debuggee.motion().stopped())
                    .toArray(DisassembledInstruction[]::new));
            return response;
        });
    }
}
