package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The hypervisor of an SNP guest, asked by VMGEXIT with the GHCB page of this processor.
 *
 * @param physical memory by guest physical address
 * @param exchange the GHCB page; the page after it is for output of hypercalls
 * @param leaves what the firmware has checked
 */
public record SnpHost(Cpu cpu, Memory physical, LongSupplier exchange, CpuidPage leaves) implements Host {
    private static final long LOW_32 = 0xffff_ffffL;
    /** Upper four bits of the hypervisor's leaves. */
    private static final int HYPERVISOR_LEAVES = 0x4;

    /** A request by the MSR protocol; the answer. */
    public long ask(long request) {
        cpu.writeMsr(Msr.GHCB, request);
        cpu.vmgexit();
        return cpu.readMsr(Msr.GHCB);
    }

    /** Tells the hypervisor which page is the GHCB of this processor. */
    public void register() {
        long page = exchange.getAsLong();
        long answer = ask(page | GhcbMsr.REGISTER_GPA_REQUEST);
        if (answer != (page | GhcbMsr.REGISTER_GPA_RESPONSE)) {
            throw new SnpTermination(
                    SnpTermination.SET_LINUX,
                    SnpTermination.LINUX_REGISTER,
                    String.format("GHCB page 0x%x is not taken: 0x%x", page, answer));
        }
    }

    private Ghcb begin() {
        Ghcb page = new Ghcb(physical, exchange.getAsLong());
        page.clearValid();
        page.setUsage(Ghcb.USAGE_BASE);
        return page;
    }

    /** Leaves with what the page asks for. */
    private void exit(Ghcb page, long code, long info1, long info2) {
        page.set(Ghcb.EXIT_CODE, code);
        page.set(Ghcb.EXIT_INFO_1, info1);
        page.set(Ghcb.EXIT_INFO_2, info2);
        cpu.writeMsr(Msr.GHCB, page.address());
        cpu.vmgexit();
        long answer = page.get(Ghcb.EXIT_INFO_1) & LOW_32;
        if (answer == Ghcb.TAKE_EXCEPTION) {
            throw GuestException.generalProtection(String.format("the hypervisor refuses exit 0x%x", code));
        }
        if (answer != Ghcb.DONE) {
            throw new KernelPanic(String.format(
                    "the hypervisor does not take exit 0x%x: %d, reason 0x%x",
                    code, answer, page.get(Ghcb.EXIT_INFO_2)));
        }
    }

    @Override
    public long readMsr(int number) {
        Ghcb page = begin();
        page.set(Gpr.RCX, Integer.toUnsignedLong(number));
        exit(page, SvmExit.MSR, 0, 0);
        return page.get(Gpr.RAX) & LOW_32 | page.get(Gpr.RDX) << 32;
    }

    @Override
    public void writeMsr(int number, long value) {
        Ghcb page = begin();
        page.set(Gpr.RCX, Integer.toUnsignedLong(number));
        page.set(Gpr.RAX, value & LOW_32);
        page.set(Gpr.RDX, value >>> 32);
        exit(page, SvmExit.MSR, 1, 0);
    }

    /** From the CPUID page; of the hypervisor's leaves nobody but the hypervisor knows. */
    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        if (leaf >>> 28 != HYPERVISOR_LEAVES) {
            Optional<CpuidPage.Entry> found = leaves.find(leaf, subleaf);
            return found.map(entry -> new CpuidResult(entry.eax(), entry.ebx(), entry.ecx(), entry.edx()))
                    .orElse(CpuidResult.NONE);
        }
        Ghcb page = begin();
        page.set(Gpr.RAX, Integer.toUnsignedLong(leaf));
        page.set(Gpr.RCX, Integer.toUnsignedLong(subleaf));
        exit(page, SvmExit.CPUID, 0, 0);
        return new CpuidResult(
                (int) page.get(Gpr.RAX), (int) page.get(Gpr.RBX), (int) page.get(Gpr.RCX), (int) page.get(Gpr.RDX));
    }

    @Override
    public int in(int port, int sizeBytes) {
        Ghcb page = begin();
        page.set(Gpr.RAX, 0);
        exit(page, SvmExit.IOIO, SvmExit.ioInfo(port, sizeBytes, true), 0);
        return (int) page.get(Gpr.RAX);
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        Ghcb page = begin();
        page.set(Gpr.RAX, Integer.toUnsignedLong(value));
        exit(page, SvmExit.IOIO, SvmExit.ioInfo(port, sizeBytes, false), 0);
    }

    /** Input and result stand in the page, which leaves a little less room than a page. */
    @Override
    public HypercallResult hypercall(HypercallControl control, Bytes input) {
        if (input.size() > Ghcb.HYPERCALL_INPUT_BYTES) {
            throw new KernelPanic("hypercall with " + input.size() + " bytes of input, expected at most "
                    + Ghcb.HYPERCALL_INPUT_BYTES);
        }
        long at = exchange.getAsLong();
        Ghcb page = new Ghcb(physical, at);
        page.setUsage(Ghcb.USAGE_HYPERCALL);
        physical.writeBytes(at, input);
        physical.writeU64(at + Ghcb.HYPERCALL_OUTPUT_GPA, at + KernelMap.PAGE);
        physical.writeU64(at + Ghcb.HYPERCALL_CONTROL, control.value());
        cpu.writeMsr(Msr.GHCB, at);
        cpu.vmgexit();
        return new HypercallResult(physical.readU64(at + Ghcb.HYPERCALL_CONTROL));
    }

    /** The processor leaves by itself. */
    @Override
    public void halt() {
        cpu.halt();
    }

    /**
     * Hands a save area to the hypervisor, for a VMPL of a processor, and has it run.
     *
     * @return true if it was taken
     */
    public boolean createProcessor(long apicId, int vmpl, long saveArea, long features) {
        Ghcb page = begin();
        page.set(Gpr.RAX, features);
        page.set(Ghcb.EXIT_CODE, SvmExit.AP_CREATION);
        page.set(Ghcb.EXIT_INFO_1, Ghcb.apCreationInfo((int) apicId, vmpl, Ghcb.AP_CREATE));
        page.set(Ghcb.EXIT_INFO_2, saveArea);
        cpu.writeMsr(Msr.GHCB, page.address());
        cpu.vmgexit();
        return (page.get(Ghcb.EXIT_INFO_1) & LOW_32) == Ghcb.DONE;
    }
}
