package dev.igvmtool.kernelstub.state;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.memory.KernelMap;

/**
 * {@code pt_regs}, 168 bytes at the top of a kernel stack: the registers of a process that is in the kernel. A view.
 *
 * @param memory by virtual address
 * @param gva first byte
 */
public record UserRegisters(Memory memory, long gva) {
    /** Bytes of the structure. */
    public static final int SIZE = 21 * 8;

    private static final Gpr[] ORDER = {
        Gpr.R15, Gpr.R14, Gpr.R13, Gpr.R12, Gpr.RBP, Gpr.RBX, Gpr.R11, Gpr.R10, Gpr.R9, Gpr.R8, Gpr.RAX, Gpr.RCX,
        Gpr.RDX, Gpr.RSI, Gpr.RDI
    };
    private static final int ORIG_RAX = 15;
    private static final int RIP = 16;
    private static final int CS = 17;
    private static final int RFLAGS = 18;
    private static final int RSP = 19;
    private static final int SS = 20;

    /** The registers on the stack whose top is {@code stackTop}, a virtual address. */
    public static UserRegisters below(Memory memory, long stackTop) {
        return new UserRegisters(memory, stackTop - SIZE);
    }

    /** The registers of a process. */
    public static UserRegisters of(Memory memory, Task process) {
        return below(memory, KernelMap.direct(process.stackTop()));
    }

    /** A register. */
    public long get(Gpr register) {
        return memory.readU64(slot(register));
    }

    /** Sets a register. */
    public void set(Gpr register, long value) {
        memory.writeU64(slot(register), value);
    }

    /** Number of the system call. */
    public long systemCall() {
        return memory.readU64(gva + ORIG_RAX * 8);
    }

    /** Sets the number of the system call. */
    public void setSystemCall(long number) {
        memory.writeU64(gva + ORIG_RAX * 8, number);
    }

    /** Where the program goes on. */
    public long rip() {
        return memory.readU64(gva + RIP * 8);
    }

    /** Flags of the program. */
    public long rflags() {
        return memory.readU64(gva + RFLAGS * 8);
    }

    /** Sets where and with which flags the program goes on. */
    public void setReturn(long rip, long rflags) {
        memory.writeU64(gva + RIP * 8, rip);
        memory.writeU64(gva + CS * 8, Selectors.USER_CODE);
        memory.writeU64(gva + RFLAGS * 8, rflags);
        memory.writeU64(gva + SS * 8, Selectors.USER_DATA);
    }

    /** Clears all registers. */
    public void clear() {
        memory.zero(gva, SIZE);
    }

    /** The general registers in the structure, without RSP. */
    public static Gpr[] general() {
        return ORDER.clone();
    }

    private long slot(Gpr register) {
        if (register == Gpr.RSP) {
            return gva + RSP * 8;
        }
        for (int i = 0; i < ORDER.length; i++) {
            if (ORDER[i] == register) {
                return gva + i * 8L;
            }
        }
        throw new AssertionError(register);
    }
}
