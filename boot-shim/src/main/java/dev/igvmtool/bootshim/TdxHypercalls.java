package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdVmCall;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Cpu;

/**
 * A TD's way to the hypervisor: by TDCALL, with input and output in the first pages of the bounce buffer, which are
 * shared meanwhile. Follows openhcl_boot/src/arch/x86_64/hypercall.rs and tdx.rs.
 *
 * @param buffer the 2 MiB that are shared
 */
record TdxHypercalls(Cpu cpu, GpaRange buffer) {
    private static final int PAGE_BYTES = 4096;
    /** RDX, R8, R10 and R11 go to the host. */
    private static final long HYPERCALL_REGISTERS = 0x0d04;
    /** R10 to R13 go to the host. */
    private static final long MSR_REGISTERS = 0x3c00;

    private static final long TDX_CONNECT = 1 << 5;
    private static final long PAGE_RELEASE = 1 << 6;
    private static final long GUEST_OS_ID = 1L << 40;
    private static final int VTL2 = 2;

    static TdxHypercalls of(Cpu cpu) {
        GpaRange bounce = InputReader.of(cpu).image().bounceBuffer();
        return new TdxHypercalls(cpu, GpaRange.ofSize(bounce.start(), PrivatePages.LARGE_PAGE));
    }

    /** Names the guest and shares the buffer. */
    void enable() {
        writeMsr(Msr.HV_GUEST_OS_ID, GUEST_OS_ID);
        long flags = readField(TdxField.CONFIG_FLAGS);
        TdxPages pages = new TdxPages(cpu);
        if ((flags & TDX_CONNECT) != 0) {
            if ((flags & PAGE_RELEASE) == 0) {
                throw new ShimFatalException(
                        String.format("TDX Connect without page release: configuration flags 0x%x", flags));
            }
            pages.release(buffer);
        }
        pages.makeShared(buffer);
        setAlias(TdxPages.SHARED_BIT);
        ShimVariables.of(cpu).set(ShimVariables.Flag.HYPERCALLS_ON);
    }

    /** Forgets the name and takes the buffer back. */
    void disable() {
        writeMsr(Msr.HV_GUEST_OS_ID, 0);
        setAlias(0);
        TdxPages pages = new TdxPages(cpu);
        pages.makePrivate(buffer);
        pages.accept(buffer);
        cpu.set(ControlRegister.CR3, cpu.get(ControlRegister.CR3));
    }

    private void setAlias(long bit) {
        long entry = LocalMap.largeEntry(cpu, buffer.start());
        long value = cpu.memory().readU64(entry);
        cpu.memory().writeU64(entry, value & ~TdxPages.SHARED_BIT | bit);
        cpu.invlpg(buffer.start());
    }

    /** Gives a processor VTL2. */
    void enableVtl(int vp) {
        start(HypercallCode.ENABLE_VP_VTL, vp);
    }

    /** Lets a processor run; it starts at the reset vector and waits in the mailbox. */
    void startProcessor(int vp) {
        start(HypercallCode.START_VIRTUAL_PROCESSOR, vp);
    }

    private void start(HypercallCode code, int vp) {
        Bytes input = VpStartInput.CODEC.toBytes(new VpStartInput(vp, VTL2, InitialVpContext.ZERO));
        HypercallResult result = call(HypercallControl.of(code), input);
        if (result.status() != HvStatus.SUCCESS && result.status() != HvStatus.VTL_ALREADY_ENABLED) {
            throw new ShimFatalException("hypercall " + code.callName() + " fails for VP " + vp + ": " + result);
        }
    }

    private HypercallResult call(HypercallControl control, Bytes input) {
        cpu.memory().writeBytes(buffer.start(), input.paddedTo(PAGE_BYTES));
        cpu.set(Gpr.RCX, HYPERCALL_REGISTERS);
        cpu.set(Gpr.R10, control.value());
        cpu.set(Gpr.RDX, buffer.start());
        cpu.set(Gpr.R8, buffer.start() + PAGE_BYTES);
        tdcall(TdCall.VP_VMCALL);
        return new HypercallResult(cpu.get(Gpr.R11));
    }

    private void writeMsr(int number, long value) {
        cpu.set(Gpr.RCX, MSR_REGISTERS);
        cpu.set(Gpr.R10, 0);
        cpu.set(Gpr.R11, TdVmCall.WRITE_MSR);
        cpu.set(Gpr.R12, Integer.toUnsignedLong(number));
        cpu.set(Gpr.R13, value);
        tdcall(TdCall.VP_VMCALL);
        if (cpu.get(Gpr.R10) != TdVmCall.SUCCESS) {
            throw new ShimFatalException(
                    String.format("the host does not write MSR 0x%x: status 0x%016x", number, cpu.get(Gpr.R10)));
        }
    }

    private long readField(long field) {
        cpu.set(Gpr.RCX, 0);
        cpu.set(Gpr.RDX, field);
        tdcall(TdCall.VM_RD);
        return cpu.get(Gpr.R8);
    }

    private void tdcall(int leaf) {
        cpu.set(Gpr.RAX, leaf);
        cpu.tdcall();
        if (cpu.get(Gpr.RAX) != TdCall.SUCCESS) {
            throw new ShimFatalException(String.format("TDCALL %d fails: status 0x%016x", leaf, cpu.get(Gpr.RAX)));
        }
    }
}
