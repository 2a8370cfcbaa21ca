package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.process.UserMemory;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.OpenFile;
import dev.igvmtool.kernelstub.state.Task;
import dev.igvmtool.kernelstub.state.UserRegisters;

/**
 * One system call in progress.
 *
 * @param kernel the kernel in this step
 * @param process the caller
 * @param registers of the caller, on its kernel stack
 * @param user memory of the caller
 */
public record Call(Kernel kernel, Task process, UserRegisters registers, UserMemory user) {
    private static final Gpr[] ARGUMENTS = {Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.R10, Gpr.R8, Gpr.R9};

    /** Does one system call. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Does it.
         *
         * @throws dev.igvmtool.kernelstub.fault.LinuxError to return an error number; nothing is kept then
         */
        Outcome run(Call call);
    }

    /** The call of the process that runs on this processor. */
    public static Call of(Kernel kernel) {
        Task process = kernel.current();
        return new Call(
                kernel,
                process,
                UserRegisters.of(kernel.cpu().memory(), process),
                new UserMemory(kernel.cpu().memory(), kernel.tables(process.cr3())));
    }

    /** Argument {@code index}, 64 bits. */
    public long argument(int index) {
        return registers.get(ARGUMENTS[index]);
    }

    /** Argument {@code index}, its low 32 bits. */
    public int word(int index) {
        return (int) argument(index);
    }

    /** The text to which argument {@code index} points. */
    public String text(int index) {
        return user.text(argument(index)).toUtf8();
    }

    /** The open file of the descriptor in argument {@code index}. */
    public OpenFile file(int index) {
        return kernel.openFiles().get(process.descriptors(), word(index));
    }

    /** Number of the open file of the descriptor in argument {@code index}. */
    public int fileNumber(int index) {
        return kernel.openFiles().number(process.descriptors(), word(index));
    }
}
