package dev.igvmtool.machine.hypercall;

/** Ends a hypercall with a status; what it has done up to then stays, as the specification of the call says. */
final class HypercallRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A status of {@link dev.igvmtool.abi.hv.HvStatus}. */
    final int status;

    HypercallRefused(int status) {
        super("", null, false, false);
        this.status = status;
    }
}
