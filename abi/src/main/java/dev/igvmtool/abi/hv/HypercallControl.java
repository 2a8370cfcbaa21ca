package dev.igvmtool.abi.hv;

/**
 * {@code HV_HYPERCALL_CONTROL}: the hypercall input value, in RCX or X0.
 *
 * @param value bits 0-15 call code, 16 fast, 17-26 variable header in 8-byte units, 31 nested, 32-43 rep count, 48-59
 *     rep start
 */
public record HypercallControl(long value) {
    /** Largest rep count. */
    public static final int MAX_REPS = 0xfff;

    /** A simple call. */
    public static HypercallControl of(HypercallCode code) {
        return new HypercallControl(code.code());
    }

    /** A call with {@code count} reps, from the first. */
    public static HypercallControl rep(HypercallCode code, int count) {
        if (count < 1 || count > MAX_REPS) {
            throw new IllegalArgumentException("rep count " + count + " is not 1 to " + MAX_REPS);
        }
        return new HypercallControl(code.code() | (long) count << 32);
    }

    /** The same call with its input in registers. */
    public HypercallControl asFast() {
        return new HypercallControl(value | 1 << 16);
    }

    /** Call code. */
    public int code() {
        return (int) value & 0xffff;
    }

    /** True if the input is in registers. */
    public boolean fast() {
        return (value & 1 << 16) != 0;
    }

    /** Size of the variable header in bytes. */
    public int variableHeaderBytes() {
        return (int) (value >>> 17 & 0x3ff) * 8;
    }

    /** True if the call is for the hypervisor below the next one. */
    public boolean nested() {
        return (value & 1L << 31) != 0;
    }

    /** Number of reps, 0 for a simple call. */
    public int repCount() {
        return (int) (value >>> 32) & 0xfff;
    }

    /** First rep to do. */
    public int repStart() {
        return (int) (value >>> 48) & 0xfff;
    }

    /** True if a bit that must be zero is set. */
    public boolean hasReservedBits() {
        return (value & 0xf000_f000_7800_0000L) != 0;
    }
}
