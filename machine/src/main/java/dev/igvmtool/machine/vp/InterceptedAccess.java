package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.IgvmToolException;

/**
 * Unwinds a step whose access a higher VTL wants to answer. The step has not happened: its registers are taken back,
 * and when the access is completed it runs again and finds the answer.
 */
final class InterceptedAccess extends IgvmToolException {
    private static final long serialVersionUID = 1L;

    /** The intercept. */
    final transient InterceptRequest request;

    InterceptedAccess(InterceptRequest request) {
        super("access intercepted by VTL " + request.handlerVtl());
        this.request = request;
    }
}
