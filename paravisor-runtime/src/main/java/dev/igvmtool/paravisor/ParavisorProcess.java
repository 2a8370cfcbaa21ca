package dev.igvmtool.paravisor;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.HypercallArgument;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.TdcallArgument;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;

/**
 * The process as one step sees it: its variables and buffers in its own memory, and the system calls. A system call is
 * the last act of a step; the next one asks for the {@link #result}.
 *
 * @param cpu the processor
 * @param data address of the program's data
 * @param thread address of the thread's area; the program's data for the first thread
 */
record ParavisorProcess(Cpu cpu, long data, long thread) {
    private static final String LOG_PREFIX = "openvmm_hcl: ";
    private static final int MAX_LOG = 1024;
    /** What Linux allows an argument or a variable to have. */
    private static final int MAX_STRING = 128 * 1024;

    private static final int MAX_STRINGS = 1024;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_FIXED = 0x10;

    /** The process as the thread sees it whose area R15 points to; the first thread has 0 there. */
    static ParavisorProcess of(Cpu cpu, long data) {
        long area = cpu.get(Gpr.R15);
        return new ParavisorProcess(cpu, data, area == 0 ? data : area);
    }

    /** True in the thread that the program starts with. */
    boolean isFirstThread() {
        return thread == data;
    }

    /** Goes on as the thread with an area, or as the first one. */
    ParavisorProcess become(long area) {
        cpu.set(Gpr.R15, area);
        return of(cpu, data);
    }

    /** Value of a variable. */
    long get(Variable variable) {
        return cpu.memory().readU64(addressOf(variable));
    }

    /** Value of a variable that counts something small. */
    int getInt(Variable variable) {
        return Math.toIntExact(get(variable));
    }

    /** Sets a variable. */
    void set(Variable variable, long value) {
        cpu.memory().writeU64(addressOf(variable), value);
    }

    /** Adds to a variable. */
    void add(Variable variable, long difference) {
        set(variable, get(variable) + difference);
    }

    /** Address of a place of {@link DataLayout}. */
    long at(int offset) {
        return (offset < DataLayout.THREAD_END ? thread : data) + offset;
    }

    /** Bytes at a place of {@link DataLayout}. */
    Bytes read(int offset, int length) {
        return cpu.memory().readBytes(at(offset), length);
    }

    /** Writes a structure as the argument of the next system call; its address. */
    <T> long argument(Codec<T> codec, T value) {
        cpu.memory().write(codec, at(DataLayout.ARGUMENT), value);
        return at(DataLayout.ARGUMENT);
    }

    /** Result of the system call that ended the step before; an error number is fatal. */
    long result(String what) {
        long result = cpu.get(Gpr.RAX);
        if (Errno.isError(result)) {
            throw new ParavisorFailure(what + ": "
                    + Errno.of(result).map(errno -> errno + ", " + errno.text()).orElse("error " + -result));
        }
        return result;
    }

    /** Result as it is, error numbers included. */
    long rawResult() {
        return cpu.get(Gpr.RAX);
    }

    /** Opens a file. */
    void open(String path, int flags, int mode) {
        cpu.memory().writeBytes(at(DataLayout.BUFFER), Bytes.utf8(path + "\0"));
        cpu.systemCall(Syscall.OPEN, at(DataLayout.BUFFER), flags, mode);
    }

    /** Closes a file. */
    void close(long file) {
        cpu.systemCall(Syscall.CLOSE, file);
    }

    /** Maps a file at an address of our choice. */
    void mapFixed(long gva, long sizeBytes, long file, long offset) {
        cpu.systemCall(Syscall.MMAP, gva, sizeBytes, PROT_READ_WRITE, MAP_SHARED | MAP_FIXED, file, offset);
    }

    /** Maps a file where the kernel likes. */
    void map(long sizeBytes, long file, long offset) {
        cpu.systemCall(Syscall.MMAP, 0, sizeBytes, PROT_READ_WRITE, MAP_SHARED, file, offset);
    }

    /** Maps fresh memory. */
    void mapAnonymous(long sizeBytes) {
        cpu.systemCall(Syscall.MMAP, 0, sizeBytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }

    /** Takes a mapping away. */
    void unmap(long gva, long sizeBytes) {
        cpu.systemCall(Syscall.MUNMAP, gva, sizeBytes);
    }

    /** A request to a device. */
    void ioctl(long file, int request, long argument) {
        cpu.systemCall(Syscall.IOCTL, file, Integer.toUnsignedLong(request), argument);
    }

    /** One record of the kernel log; without a log, nothing. */
    void log(String text) {
        write("<6>", text);
    }

    /** One record of the kernel log at warning level. */
    void warn(String text) {
        write("<4>", text);
    }

    /** One record of the kernel log about the end of something. */
    void critical(String text) {
        write("<2>", text);
    }

    private void write(String level, String text) {
        if (get(Variable.LOG_FILE) >= 0) {
            int size = put(level, text);
            cpu.systemCall(Syscall.WRITE, get(Variable.LOG_FILE), at(DataLayout.LOG), size);
        }
    }

    private int put(String level, String text) {
        Bytes record = Bytes.utf8(level + LOG_PREFIX + text);
        Bytes cut = record.size() > MAX_LOG ? record.slice(0, MAX_LOG) : record;
        cpu.memory().writeBytes(at(DataLayout.LOG), cut);
        return cut.size();
    }

    /** Continues with the end of the process. */
    void fail(String text) {
        set(Variable.FATAL_SIZE, put("<2>", "fatal: " + text));
        cpu.jumpTo(FailureSteps.FATAL);
    }

    /** Issues a hypercall whose input stands at {@link DataLayout#INPUT}. */
    void hypercall(HypercallControl control, int inputBytes, int outputBytes) {
        HypercallArgument argument = new HypercallArgument(
                control.value(), inputBytes, at(DataLayout.INPUT), 0, outputBytes, at(DataLayout.OUTPUT));
        ioctl(get(Variable.HYPERCALL_FILE), MshvIoctl.HYPERCALL, argument(HypercallArgument.CODEC, argument));
    }

    /** Result of the hypercall that ended the step before. */
    HypercallResult hypercallResult(String what) {
        result(what);
        return new HypercallResult(cpu.memory().readU64(at(DataLayout.ARGUMENT) + HypercallArgument.STATUS));
    }

    /** Result of a hypercall that must succeed. */
    HypercallResult hypercallSuccess(String what) {
        HypercallResult result = hypercallResult(what);
        if (!result.isSuccess()) {
            throw new ParavisorFailure(what + ": hypercall status 0x" + Integer.toHexString(result.status()) + ", "
                    + HvStatus.nameOf(result.status()));
        }
        return result;
    }

    /** Has the kernel make a TDCALL. */
    void tdcall(TdcallArgument registers) {
        ioctl(get(Variable.VTL_FILE), MshvIoctl.TDCALL, argument(TdcallArgument.CODEC, registers));
    }

    /** Status of the TDCALL that ended the step before. */
    long tdcallStatus(String what) {
        result(what);
        return cpu.memory().read(TdcallArgument.CODEC, at(DataLayout.ARGUMENT)).rax();
    }

    /** The TDCALL that ended the step before must have succeeded. */
    void tdcallSuccess(String what) {
        long status = tdcallStatus(what);
        if (TdCall.kind(status) != TdCall.SUCCESS) {
            throw new ParavisorFailure(String.format("%s: TDCALL status 0x%x", what, status));
        }
    }

    /** Arguments on the first stack. */
    List<String> arguments() {
        return strings(get(Variable.INITIAL_STACK) + Long.BYTES);
    }

    /** Environment on the first stack, after the arguments and their end. */
    List<String> environment() {
        long stack = get(Variable.INITIAL_STACK);
        long count = cpu.memory().readU64(stack);
        return strings(stack + (count + 2) * Long.BYTES);
    }

    private List<String> strings(long pointers) {
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < MAX_STRINGS; i++) {
            long pointer = cpu.memory().readU64(pointers + (long) i * Long.BYTES);
            if (pointer == 0) {
                return strings;
            }
            strings.add(string(pointer));
        }
        throw new ParavisorFailure("more than " + MAX_STRINGS + " strings on the first stack");
    }

    private String string(long pointer) {
        int length = 0;
        while (length < MAX_STRING && cpu.memory().readU8(pointer + length) != 0) {
            length++;
        }
        return cpu.memory().readBytes(pointer, length).toUtf8();
    }

    /** Where a variable stands. */
    long addressOf(Variable variable) {
        return (variable.ofThread() ? thread : data) + DataLayout.VARIABLES + (long) variable.ordinal() * Long.BYTES;
    }
}
