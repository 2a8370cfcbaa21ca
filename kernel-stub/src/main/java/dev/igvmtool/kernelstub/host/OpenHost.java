package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.function.LongSupplier;

/**
 * A hypervisor that answers every instruction, with its hypercall page.
 *
 * @param physical memory by guest physical address
 * @param exchange page for input of this processor; the page after it is for output
 */
public record OpenHost(Cpu cpu, Memory physical, LongSupplier exchange) implements Host {
    @Override
    public long readMsr(int number) {
        return cpu.readMsr(number);
    }

    @Override
    public void writeMsr(int number, long value) {
        cpu.writeMsr(number, value);
    }

    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        return cpu.cpuid(leaf, subleaf);
    }

    @Override
    public int in(int port, int sizeBytes) {
        return cpu.in(port, sizeBytes);
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        cpu.out(port, sizeBytes, value);
    }

    @Override
    public HypercallResult hypercall(HypercallControl control, Bytes input) {
        long page = exchange.getAsLong();
        physical.writeBytes(page, input);
        return SavedRegisters.around(cpu, () -> {
            cpu.set(Gpr.RCX, control.value());
            cpu.set(Gpr.RDX, page);
            cpu.set(Gpr.R8, page + KernelMap.PAGE);
            cpu.callHypercallPage(KernelMap.HYPERCALL_PAGE);
            return new HypercallResult(cpu.get(Gpr.RAX));
        });
    }

    @Override
    public void halt() {
        cpu.halt();
    }
}
