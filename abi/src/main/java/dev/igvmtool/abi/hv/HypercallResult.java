package dev.igvmtool.abi.hv;

/**
 * {@code HV_HYPERCALL_RESULT}: what a hypercall leaves in RAX.
 *
 * @param value bits 0-15 status, 32-43 reps completed, those before rep start included
 */
public record HypercallResult(long value) {
    /** A result of its parts. */
    public static HypercallResult of(int status, int repsDone) {
        return new HypercallResult(status | (long) repsDone << 32);
    }

    /** Status, see {@link HvStatus}. */
    public int status() {
        return (int) value & 0xffff;
    }

    /** Reps completed. */
    public int repsDone() {
        return (int) (value >>> 32) & 0xfff;
    }

    /** True if the status is {@link HvStatus#SUCCESS}. */
    public boolean isSuccess() {
        return status() == HvStatus.SUCCESS;
    }

    @Override
    public String toString() {
        return HvStatus.nameOf(status()) + (repsDone() == 0 ? "" : ", " + repsDone() + " reps done");
    }
}
