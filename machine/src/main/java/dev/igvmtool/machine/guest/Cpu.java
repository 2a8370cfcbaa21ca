package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;

/**
 * One x64 virtual processor as the program running on it sees it, in its current VTL. What hardware would answer with an
 * exception is a {@link GuestException}; the machine delivers it after the step, whose effects up to then stay, with
 * RIP still at the step.
 *
 * <p>Before a step runs, RIP is moved to the next slot; a step that sets RIP has jumped.
 */
public interface Cpu extends Core {
    /** RFLAGS.IF. */
    long RFLAGS_IF = 1 << 9;

    @Override
    default Architecture architecture() {
        return Architecture.X64;
    }

    /** Value of a general-purpose register. */
    long get(Gpr register);

    /** Sets a general-purpose register. */
    void set(Gpr register, long value);

    /** Address of what runs next: the following slot unless this step has jumped. */
    long rip();

    /** Flags register. */
    long rflags();

    /** Sets the flags register. */
    void setRflags(long value);

    /** Value of a control register. */
    long get(ControlRegister register);

    /** Sets a control register (MOV CRn); writing CR3 takes effect at once for {@link #memory()}. */
    void set(ControlRegister register, long value);

    /** A segment register with its hidden part. */
    SegmentValue get(SegmentRegister register);

    /** Sets a segment register with its hidden part. */
    void set(SegmentRegister register, SegmentValue value);

    /** GDTR. */
    TableValue gdtr();

    /** LGDT. */
    void setGdtr(TableValue value);

    /** IDTR. */
    TableValue idtr();

    /** LIDT. */
    void setIdtr(TableValue value);

    /** A debug register (MOV from DRn), {@code number} 0 to 3, 6 or 7. */
    long debugRegister(int number);

    /** Sets a debug register (MOV to DRn), {@code number} 0 to 3, 6 or 7. */
    void setDebugRegister(int number, long value);

    /** FXSAVE64: writes the x87 and SSE state, 512 bytes, to {@code address}, which is a multiple of 16. */
    void saveFxState(long address);

    /** FXRSTOR64: loads the x87 and SSE state from the 512 bytes at {@code address}, which is a multiple of 16. */
    void restoreFxState(long address);

    /** INVLPG. */
    void invlpg(long address);

    /** RDMSR. Registers of the hypervisor are #VC to SNP guests and #VE to TDs, ports and hypercall page as well. */
    long readMsr(int number);

    /** WRMSR. */
    void writeMsr(int number, long value);

    /** RDTSC. */
    long readTimeStampCounter();

    /**
     * PVALIDATE, only in SNP guests (elsewhere #UD): the guest relies on a page, or does so no longer. RAX is its
     * virtual address, bit 0 of RCX set for 2 MiB, bit 0 of RDX set to validate. EAX is 0 afterwards, with RFLAGS.CF set
     * if nothing had to be changed; 1 for an operand that is not aligned or not mapped as private; 6 if mapping or page
     * are not of that size. Content stays.
     */
    void pvalidate();

    /**
     * RMPADJUST, only in SNP guests (elsewhere #UD): sets what a VMPL below this one may do with a page, or makes the page
     * a save area. RAX is its virtual address, bit 0 of RCX set for 2 MiB, RDX has the attributes of {@link
     * dev.igvmtool.abi.snp.RmpAdjust}. EAX is 0 afterwards; 1 for an operand that is not aligned or not mapped as private, 2
     * for a VMPL that is not below, 6 if mapping or page are not of that size.
     */
    void rmpadjust();

    /**
     * VMGEXIT, only in SNP guests (elsewhere #UD): the request is in MSR 0xC0010130, where the answer is found, or
     * in the GHCB page whose address stands there. A page whose state changes loses its content. After a request to run a
     * lower VMPL the VP runs that one; this one goes on at {@link #rip()} when it has left. A request of the MSR protocol
     * that the host does not serve ends the VP.
     */
    void vmgexit();

    /**
     * TDCALL, only in TDs (elsewhere #UD): leaf in RAX, which holds the status afterwards; operands as the TDX module's
     * interface has them. Leaves: 0 TDG.VP.VMCALL (with R10 0: R11 10 CPUID, 12 HLT, 30 I/O, 31 RDMSR, 32 WRMSR, 0x10001
     * MapGPA, status in R10; else a hypercall with control word R10, input RDX, output R8, result in R11), 1 TDG.VP.INFO,
     * 6 TDG.MEM.PAGE.ACCEPT, 7 TDG.VM.RD, 9 TDG.VP.RD, 10 TDG.VP.WR, 23 TDG.MEM.PAGE.ATTR.RD, 24 TDG.MEM.PAGE.ATTR.WR,
     * 25 TDG.VP.ENTER, 30 TDG.MEM.PAGE.RELEASE. Accepted and released pages become zero. After TDG.VP.ENTER the VP runs the
     * partition; this VTL goes on at {@link #rip()} when it has left, with the reason in its registers.
     */
    void tdcall();

    /** CPUID. */
    CpuidResult cpuid(int leaf, int subleaf);

    /** IN of {@code sizeBytes} 1, 2 or 4; the result is zero-extended. */
    int in(int port, int sizeBytes);

    /** OUT of {@code sizeBytes} 1, 2 or 4. */
    void out(int port, int sizeBytes, int value);

    /**
     * CALL into the hypercall page: the code at {@code address} must be one of the sequences of the page (call, VTL
     * call, VTL return; each ends in RET), reached through the page tables with execute permission. For the plain call
     * the caller has set RCX to the control word, RDX and R8 to the input and output GPA, and finds the result in RAX.
     * After a VTL return the VP runs the lower VTL; this VTL goes on at {@link #rip()} when it is entered again.
     */
    void callHypercallPage(long address);

    /** HLT: the VP waits until an interrupt is delivered; with RFLAGS.IF clear, for good. */
    void halt();

    /** PAUSE: a hint that ends the VP's turn. */
    void pause();

    /** STI. */
    default void enableInterrupts() {
        setRflags(rflags() | RFLAGS_IF);
    }

    /** CLI. */
    default void disableInterrupts() {
        setRflags(rflags() & ~RFLAGS_IF);
    }

    /** IRETQ: takes RIP, CS, RFLAGS, RSP and SS from the stack. */
    void interruptReturn();

    /** SYSCALL: to the address in the LSTAR register, privilege level 0; RCX keeps RIP, R11 keeps RFLAGS. */
    void systemCall();

    /**
     * A Linux system call: number and at most six arguments in their registers, then SYSCALL. The last act of a step;
     * the next step finds the result in RAX.
     */
    default void systemCall(Syscall call, long... arguments) {
        Gpr[] registers = {Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.R10, Gpr.R8, Gpr.R9};
        for (int i = 0; i < arguments.length; i++) {
            set(registers[i], arguments[i]);
        }
        set(Gpr.RAX, call.number());
        systemCall();
    }

    /** SYSRET: back to RCX with the flags of R11, privilege level 3. */
    void systemReturn();

    /** PUSH. */
    default void push(long value) {
        long rsp = get(Gpr.RSP) - Long.BYTES;
        memory().writeU64(rsp, value);
        set(Gpr.RSP, rsp);
    }

    /** POP. */
    default long pop() {
        long rsp = get(Gpr.RSP);
        long value = memory().readU64(rsp);
        set(Gpr.RSP, rsp + Long.BYTES);
        return value;
    }

    /** CALL: pushes RIP and continues at {@code address}. */
    default void call(long address) {
        push(rip());
        jump(address);
    }

    /** RET. */
    default void ret() {
        jump(pop());
    }
}
