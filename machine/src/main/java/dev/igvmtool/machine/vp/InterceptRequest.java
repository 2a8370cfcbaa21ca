package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.InterceptHeader;
import java.util.function.Function;

/**
 * An intercept about to be delivered.
 *
 * @param handlerVtl VTL that gets the message
 * @param messageType see {@link dev.igvmtool.abi.hv.MessageType}
 * @param instructionLength by which RIP goes on when the access is completed, 0 if the handler cannot complete it
 * @param access {@link InterceptHeader#READ}, WRITE or EXECUTE
 * @param rax value of RAX that the handler finds in the register (an OUT has put its value there)
 * @param rcx likewise
 * @param rdx likewise
 * @param rbx likewise
 * @param exit the same as an exit of the processor
 * @param payload the message's payload, made from its header
 */
record InterceptRequest(
        int handlerVtl,
        int messageType,
        int instructionLength,
        int access,
        long rax,
        long rcx,
        long rdx,
        long rbx,
        HardwareExit exit,
        Function<InterceptHeader, Bytes> payload) {}
