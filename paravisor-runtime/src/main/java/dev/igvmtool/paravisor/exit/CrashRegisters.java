package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.x64.Msr;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The guest crash MSRs of VTL0: five parameters that are stored; the control register notifies and reads as what is
 * supported.
 *
 * @param parameters P0 to P4
 */
public record CrashRegisters(List<Long> parameters) {
    /** Nothing reported. */
    public static final CrashRegisters NONE = new CrashRegisters(List.of(0L, 0L, 0L, 0L, 0L));

    private static final long SUPPORTED = 0xe000_0000_0000_0000L;

    public CrashRegisters {
        parameters = List.copyOf(parameters);
    }

    /** Value of a crash MSR; empty for other MSRs. */
    public OptionalLong read(int msr) {
        if (msr == Msr.HV_CRASH_CTL) {
            return OptionalLong.of(SUPPORTED);
        }
        return isParameter(msr) ? OptionalLong.of(parameters.get(msr - Msr.HV_CRASH_P0)) : OptionalLong.empty();
    }

    /** The registers after a write; other MSRs, and the control register, change nothing. */
    public CrashRegisters write(int msr, long value) {
        if (!isParameter(msr)) {
            return this;
        }
        List<Long> changed = new ArrayList<>(parameters);
        changed.set(msr - Msr.HV_CRASH_P0, value);
        return new CrashRegisters(changed);
    }

    private static boolean isParameter(int msr) {
        return msr >= Msr.HV_CRASH_P0 && msr < Msr.HV_CRASH_CTL;
    }
}
