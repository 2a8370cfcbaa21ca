package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdVmCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import java.util.function.LongSupplier;

/**
 * The host of a trust domain, asked by TDG.VP.VMCALL.
 *
 * @param physical memory by guest physical address
 * @param sharedBit of addresses that the host may use
 * @param exchange shared page for input of hypercalls of this processor; the page after it is for output
 */
public record TdHost(Cpu cpu, Memory physical, long sharedBit, LongSupplier exchange) implements Host {
    /** Registers that the host sees, as a mask in RCX: R10 to R15. */
    private static final long EXPOSED = 0xfc00;

    private static final long EXPOSED_FOR_HYPERCALLS = 0xfc00 | 1 << 2 | 1 << 8;
    /** Upper four bits of the hypervisor's leaves. */
    private static final int HYPERVISOR_LEAVES = 0x4;

    /** What a request left in R10 to R15. */
    private record Answer(long r10, long r11, long r12, long r13, long r14, long r15) {}

    private Answer call(int function, long r12, long r13, long r14, long r15) {
        return SavedRegisters.around(cpu, () -> {
            cpu.set(Gpr.RAX, TdCall.VP_VMCALL);
            cpu.set(Gpr.RCX, EXPOSED);
            cpu.set(Gpr.R10, 0);
            cpu.set(Gpr.R11, function);
            cpu.set(Gpr.R12, r12);
            cpu.set(Gpr.R13, r13);
            cpu.set(Gpr.R14, r14);
            cpu.set(Gpr.R15, r15);
            cpu.tdcall();
            return new Answer(
                    cpu.get(Gpr.R10),
                    cpu.get(Gpr.R11),
                    cpu.get(Gpr.R12),
                    cpu.get(Gpr.R13),
                    cpu.get(Gpr.R14),
                    cpu.get(Gpr.R15));
        });
    }

    private static void require(Answer answer, String what) {
        if (answer.r10 != TdVmCall.SUCCESS) {
            throw GuestException.generalProtection(String.format("the host does not do %s: 0x%x", what, answer.r10));
        }
    }

    /** What a call of the module has left in its registers. */
    public record ModuleCall(long status, long rcx, long rdx, long r8, long r9, long r10, long r11) {}

    /** A call of the module, with the leaf in RAX. */
    public ModuleCall module(long rax, long rcx, long rdx, long r8, long r9) {
        return SavedRegisters.around(cpu, () -> {
            cpu.set(Gpr.RAX, rax);
            cpu.set(Gpr.RCX, rcx);
            cpu.set(Gpr.RDX, rdx);
            cpu.set(Gpr.R8, r8);
            cpu.set(Gpr.R9, r9);
            cpu.tdcall();
            return new ModuleCall(
                    cpu.get(Gpr.RAX),
                    cpu.get(Gpr.RCX),
                    cpu.get(Gpr.RDX),
                    cpu.get(Gpr.R8),
                    cpu.get(Gpr.R9),
                    cpu.get(Gpr.R10),
                    cpu.get(Gpr.R11));
        });
    }

    @Override
    public long readMsr(int number) {
        Answer answer = call(TdVmCall.READ_MSR, Integer.toUnsignedLong(number), 0, 0, 0);
        require(answer, "RDMSR");
        return answer.r11;
    }

    @Override
    public void writeMsr(int number, long value) {
        require(call(TdVmCall.WRITE_MSR, Integer.toUnsignedLong(number), value, 0, 0), "WRMSR");
    }

    /** The module answers for the processor, the host for the hypervisor. */
    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        if (leaf >>> 28 != HYPERVISOR_LEAVES) {
            return cpu.cpuid(leaf, subleaf);
        }
        Answer answer = call(TdVmCall.CPUID, Integer.toUnsignedLong(leaf), Integer.toUnsignedLong(subleaf), 0, 0);
        require(answer, "CPUID");
        return new CpuidResult((int) answer.r12, (int) answer.r13, (int) answer.r14, (int) answer.r15);
    }

    @Override
    public int in(int port, int sizeBytes) {
        Answer answer = call(TdVmCall.IO, sizeBytes, 0, port, 0);
        require(answer, "IN");
        return (int) answer.r11;
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        require(call(TdVmCall.IO, sizeBytes, 1, port, Integer.toUnsignedLong(value)), "OUT");
    }

    @Override
    public HypercallResult hypercall(HypercallControl control, Bytes input) {
        long page = exchange.getAsLong();
        physical.writeBytes(page, input);
        return SavedRegisters.around(cpu, () -> {
            cpu.set(Gpr.RAX, TdCall.VP_VMCALL);
            cpu.set(Gpr.RCX, EXPOSED_FOR_HYPERCALLS);
            cpu.set(Gpr.R10, control.value());
            cpu.set(Gpr.RDX, page | sharedBit);
            cpu.set(Gpr.R8, page + KernelMap.PAGE | sharedBit);
            cpu.tdcall();
            return new HypercallResult(cpu.get(Gpr.R11));
        });
    }

    @Override
    public void halt() {
        call(TdVmCall.HALT, 0, 0, 0, 0);
    }

    /**
     * Asks the host to give a range another owner. It may do a part and say where it has stopped; it must get on.
     *
     * @return true if it has
     */
    public boolean mapGpa(long gpa, long size, boolean shared) {
        long alias = shared ? sharedBit : 0;
        long end = gpa + size | alias;
        for (long at = gpa | alias; ; ) {
            Answer answer = call(TdVmCall.MAP_GPA, at, end - at, 0, 0);
            if (answer.r10 != TdVmCall.RETRY) {
                return answer.r10 == TdVmCall.SUCCESS;
            }
            if (answer.r11 <= at || answer.r11 >= end) {
                return false;
            }
            at = answer.r11;
        }
    }
}
