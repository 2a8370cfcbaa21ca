package dev.igvmtool.bootshim;

import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.devicetree.binding.BootTree.TimeSpan;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;
import java.math.BigInteger;
import java.util.Optional;

/**
 * When the shim ran, in units of 100 ns: by the hypervisor's clock, in a TD by the processor's; an SNP guest has none
 * that it can trust. Follows openhcl_boot/src/boot_logger.rs and main.rs: get_ref_time.
 */
final class ShimTime {
    private static final int TSC_RATIO = 0x15;
    private static final long CRYSTAL_HERTZ = 25_000_000;
    private static final BigInteger UNITS_PER_SECOND = BigInteger.valueOf(10_000_000);

    private ShimTime() {}

    static void start(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        switch (variables.isolation()) {
            case NONE, VBS -> variables.setBootStart(cpu.readMsr(Msr.HV_TIME_REF_COUNT));
            case TDX -> {
                long numerator = Integer.toUnsignedLong(cpu.cpuid(TSC_RATIO, 0).ebx());
                variables.setTscFrequency(numerator * CRYSTAL_HERTZ);
                variables.setBootStart(byTsc(cpu));
            }
            case SNP -> {
                // No clock.
            }
        }
    }

    static void end(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        switch (variables.isolation()) {
            case NONE, VBS -> variables.setBootEnd(cpu.readMsr(Msr.HV_TIME_REF_COUNT));
            case TDX -> variables.setBootEnd(byTsc(cpu));
            case SNP -> {
                // No clock.
            }
        }
    }

    /** Both times, if there is a clock. */
    static Optional<TimeSpan> span(Core cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        boolean known =
                switch (variables.isolation()) {
                    case NONE, VBS -> true;
                    case TDX -> variables.tscFrequency() != 0;
                    case SNP -> false;
                };
        return known ? Optional.of(new TimeSpan(variables.bootStart(), variables.bootEnd())) : Optional.empty();
    }

    private static long byTsc(Cpu cpu) {
        long frequency = ShimVariables.of(cpu).tscFrequency();
        if (frequency == 0) {
            return 0;
        }
        BigInteger tsc = new BigInteger(Long.toUnsignedString(cpu.readTimeStampCounter()));
        return tsc.multiply(UNITS_PER_SECOND)
                .divide(BigInteger.valueOf(frequency))
                .longValue();
    }
}
