package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.machine.guest.Cpu;
import java.util.function.LongSupplier;

/** Ways to the host, by platform. */
public final class Hosts {
    private Hosts() {}

    /**
     * The way of a platform.
     *
     * @param exchange first of the two pages that this processor and the hypervisor exchange; asked for when needed
     */
    public static Host of(Platform platform, Cpu cpu, Memory physical, LongSupplier exchange) {
        if (platform instanceof Platform.Snp snp) {
            return new SnpHost(cpu, physical, exchange, snp.cpuid());
        }
        if (platform instanceof Platform.Td td) {
            return new TdHost(cpu, physical, td.sharedBit(), exchange);
        }
        return new OpenHost(cpu, physical, exchange);
    }
}
