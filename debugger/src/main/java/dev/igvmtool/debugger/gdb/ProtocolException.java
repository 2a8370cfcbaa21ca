package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.IgvmToolException;

/** A request that does not have the form that the protocol gives it. */
final class ProtocolException extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    ProtocolException() {
        super("request is malformed");
    }
}
