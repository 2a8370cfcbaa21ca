package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a program reaches besides memory: ports, MSRs, CPUID, the hypercall page. Each access is answered by a higher VTL
 * that asked for it, otherwise by the hypervisor or the host.
 */
final class PlatformAccess {
    private static final int EXIT_IO = 0x7b;
    private static final int EXIT_MSR = 0x7c;
    private static final int EXIT_VMMCALL = 0x81;
    private static final long RFLAGS_IOPL = 3 << 12;
    private static final int HALT_BYTES = 1;

    private final Vp vp;
    private final Partition partition;
    private final StageCode stages;
    private final Msrs msrs;
    private int accessIndex;

    PlatformAccess(Vp vp, Partition partition, StageCode stages) {
        this.vp = vp;
        this.partition = partition;
        this.stages = stages;
        this.msrs = new Msrs(vp);
    }

    /** The next access is the first of its step. */
    void beginStep() {
        accessIndex = 0;
    }

    /** True in a VTL below the highest of a guest that is isolated by hardware: it leaves at every such access. */
    boolean leavesAlways() {
        return partition.memory().encryption().hardware() && vp.activity().highestVtl() > vp.vtl();
    }

    /** The higher VTL that answers an access, if one does. */
    private OptionalInt handler(int type, int access, int parameter) {
        return leavesAlways()
                ? OptionalInt.of(vp.activity().highestVtl())
                : partition.interceptor(vp.vtl(), type, access, parameter);
    }

    private boolean answersMsr(int number) {
        return leavesAlways() ? ProcessorMsrs.isPrivate(number) : msrs.exists(number);
    }

    /** HLT. */
    void halt() {
        vp.requireKernel("HLT");
        if (leavesAlways()) {
            leave(MessageType.HALT, HALT_BYTES, HardwareExit.HALT);
        } else {
            vp.mutableState().active().halted = true;
        }
    }

    /** Leaves for the highest VTL at an instruction without operands; comes back when that has completed it. */
    void leave(int messageType, int instructionBytes, HardwareExit exit) {
        completedOr(
                Intercepts.instruction(vp.activity().highestVtl(), messageType, instructionBytes, exit, vp.state()));
    }

    long readMsr(int number) {
        vp.requireKernel("RDMSR");
        requireServed(isHosts(number), EXIT_MSR, "RDMSR of a hypervisor's register");
        OptionalInt handler = handler(InterceptType.MSR, InterceptType.ACCESS_READ, number);
        if (handler.isPresent() && !answersMsr(number)) {
            VpState.CompletedAccess done =
                    completedOr(Intercepts.msr(handler.getAsInt(), number, InterceptHeader.READ, vp.state(), 0));
            return done.rax() & 0xffff_ffffL | done.rdx() << 32;
        }
        return hostReadMsr(number);
    }

    /** Reads a register without asking higher VTLs. */
    long hostReadMsr(int number) {
        long value = partition.conduct().msr(number, msrs.read(number));
        if (partition.observed()) {
            partition.emit(new MachineEvent.MsrRead(vp.index(), vp.vtl(), number, value));
        }
        return value;
    }

    /** Writes a register for a TD; false if it refuses the value or does not exist. */
    boolean hostWriteMsr(int number, long value) {
        try {
            write(number, value);
            return true;
        } catch (GuestException refused) {
            return false;
        }
    }

    private void write(int number, long value) {
        msrs.write(number, value);
        vp.registersChanged();
        if (partition.observed()) {
            partition.emit(new MachineEvent.MsrWrite(vp.index(), vp.vtl(), number, value));
        }
    }

    void writeMsr(int number, long value) {
        vp.requireKernel("WRMSR");
        requireServed(isHosts(number), EXIT_MSR, "WRMSR of a hypervisor's register");
        OptionalInt handler = handler(InterceptType.MSR, InterceptType.ACCESS_WRITE, number);
        if (handler.isPresent() && !answersMsr(number)) {
            completedOr(Intercepts.msr(handler.getAsInt(), number, InterceptHeader.WRITE, vp.state(), value));
            return;
        }
        write(number, value);
    }

    CpuidResult cpuid(int leaf, int subleaf) {
        CpuidResult result = hostCpuid(leaf, subleaf);
        OptionalInt handler = handler(InterceptType.CPUID, InterceptType.ACCESS_EXECUTE, leaf);
        if (handler.isEmpty() && !partition.cpuid().isImplemented(leaf)) {
            handler = partition.configuredInterceptor(vp.vtl(), VsmPartitionConfig.INTERCEPT_UNIMPLEMENTED_CPUID);
        }
        if (handler.isPresent()) {
            VpState.CompletedAccess done =
                    completedOr(Intercepts.cpuid(handler.getAsInt(), leaf, subleaf, result, vp.state()));
            result = new CpuidResult((int) done.rax(), (int) done.rbx(), (int) done.rcx(), (int) done.rdx());
        }
        if (partition.observed()) {
            partition.emit(new MachineEvent.Cpuid(vp.index(), vp.vtl(), leaf, subleaf, result));
        }
        return result;
    }

    /** What the host says of the processor. */
    CpuidResult hostCpuid(int leaf, int subleaf) {
        return partition.conduct().cpuid(leaf, subleaf, partition.cpuid().query(leaf, subleaf, vp.apicId()));
    }

    int in(int port, int sizeBytes) {
        requirePorts();
        if (PmTimer.answers(partition.state().pmTimerAssist, port, sizeBytes)) {
            return PmTimer.value(
                    partition.state().pmTimerAssist, partition.time().referenceTime());
        }
        OptionalInt handler = handler(InterceptType.IO_PORT, InterceptType.ACCESS_READ, port);
        if (handler.isPresent()) {
            VpState.CompletedAccess done = completedOr(
                    Intercepts.port(handler.getAsInt(), port, sizeBytes, InterceptHeader.READ, vp.state(), 0));
            return sizeBytes == 4 ? (int) done.rax() : (int) done.rax() & (1 << 8 * sizeBytes) - 1;
        }
        return hostIn(port, sizeBytes);
    }

    /** IN answered by the host. */
    int hostIn(int port, int sizeBytes) {
        int value = partition.ports().in(port, sizeBytes);
        if (partition.observed()) {
            partition.emit(new MachineEvent.PortIn(vp.index(), vp.vtl(), port, sizeBytes, value));
        }
        return value;
    }

    void out(int port, int sizeBytes, int value) {
        requirePorts();
        OptionalInt handler = handler(InterceptType.IO_PORT, InterceptType.ACCESS_WRITE, port);
        if (handler.isPresent()) {
            completedOr(Intercepts.port(handler.getAsInt(), port, sizeBytes, InterceptHeader.WRITE, vp.state(), value));
            return;
        }
        hostOut(port, sizeBytes, value);
    }

    /** OUT to the host. */
    void hostOut(int port, int sizeBytes, int value) {
        partition.ports().out(port, sizeBytes, value);
        if (partition.observed()) {
            partition.emit(new MachineEvent.PortOut(vp.index(), vp.vtl(), port, sizeBytes, value));
        }
    }

    /** The answer to the next access of this step, or its intercept. */
    private VpState.CompletedAccess completedOr(InterceptRequest request) {
        List<VpState.CompletedAccess> completed = vp.state().active().completed;
        if (accessIndex < completed.size()) {
            return completed.get(accessIndex++);
        }
        throw new InterceptedAccess(request);
    }

    void callHypercallPage(long address) {
        vp.requireKernel("VMCALL");
        byte[] code = new byte[HypercallPage.LONGEST_SEQUENCE];
        int inPage = PhysicalMemory.PAGE_SIZE - (int) (address & PhysicalMemory.PAGE_SIZE - 1);
        vp.memory().fetch(address, code, Math.min(inPage, code.length));
        HypercallPage.Sequence sequence = HypercallPage.recognise(code)
                .orElseThrow(() -> GuestException.invalidOpcode(
                        String.format("no sequence of the hypercall page at 0x%x", address)));
        if (leavesAlways()) {
            hypercall();
            return;
        }
        switch (sequence) {
            case CALL -> hypercall();
            case VTL_CALL -> vtlCall();
            case VTL_RETURN -> vtlReturn(vp.get(Gpr.RCX));
        }
    }

    private void vtlCall() {
        if (VtlTransitions.higherVtl(vp.state()) < 0) {
            throw GuestException.invalidOpcode("VTL call without a higher VTL");
        }
        stages.setAfterStep(StageCode.AfterStep.VTL_CALL);
    }

    private void vtlReturn(long argument) {
        if (VtlTransitions.lowerVtl(vp.state()) < 0) {
            throw GuestException.invalidOpcode("VTL return without a lower VTL");
        }
        boolean fast = (argument & 1) != 0;
        stages.setAfterStep(fast ? StageCode.AfterStep.VTL_RETURN_FAST : StageCode.AfterStep.VTL_RETURN);
    }

    /** VTL call and return are calls too, whose argument is in RAX; anything else in their control word is #UD. */
    private boolean switchesVtl(HypercallControl control) {
        boolean call = control.code() == HypercallCode.VTL_CALL.code();
        if (!call && control.code() != HypercallCode.VTL_RETURN.code()) {
            return false;
        }
        if (control.value() != control.code()) {
            throw GuestException.invalidOpcode(String.format("VTL switch with control word 0x%x", control.value()));
        }
        if (call) {
            vtlCall();
        } else {
            vtlReturn(vp.get(Gpr.RAX));
        }
        return true;
    }

    private void hypercall() {
        requireServed(true, EXIT_VMMCALL, "a hypercall through the hypercall page");
        HypercallControl control = new HypercallControl(vp.get(Gpr.RCX));
        boolean leaves = leavesAlways();
        if (!leaves && switchesVtl(control)) {
            return;
        }
        OptionalInt handler = leaves
                ? OptionalInt.of(vp.activity().highestVtl())
                : partition.hypercalls().interceptor(vp, control, vp.get(Gpr.RDX));
        if (handler.isPresent()) {
            vp.set(
                    Gpr.RAX,
                    completedOr(Intercepts.hypercall(handler.getAsInt(), vp.state()))
                            .rax());
            return;
        }
        HypercallResult result = partition.hypercalls().call(vp, control, vp.get(Gpr.RDX), vp.get(Gpr.R8));
        vp.set(Gpr.RAX, result.value());
    }

    /** On SNP and TDX the host answers no instruction by itself: the guest is told to ask. */
    private void requireServed(boolean byHost, int exitCode, String what) {
        if (byHost && partition.memory().encryption().hardware() && !leavesAlways()) {
            boolean snp = partition.memory().encryption() == Encryption.SNP;
            throw new GuestException(
                    snp ? Vector.VMM_COMMUNICATION : Vector.VIRTUALIZATION,
                    snp ? exitCode : 0,
                    0,
                    what + " needs the host, which must be asked by " + (snp ? "VMGEXIT" : "TDCALL"));
        }
    }

    /** Registers of the hypervisor and of the local APIC, of which a TD has some for itself. */
    private boolean isHosts(int number) {
        if (Msrs.isSynthetic(number)) {
            return true;
        }
        return switch (partition.memory().encryption()) {
            case NONE, VBS -> false;
            case SNP -> Msrs.isApic(number);
            case TDX -> Msrs.isApic(number) && !ApicMsrs.isVirtual(number);
        };
    }

    private void requirePorts() {
        requireServed(true, EXIT_IO, "port access");
        VtlState vtl = vp.state().active();
        if (vtl.cpl() > (vtl.rflags & RFLAGS_IOPL) >> 12) {
            throw GuestException.generalProtection("port access above the I/O privilege level");
        }
    }
}
