package dev.igvmtool.init;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The process as one step sees it: its variables and buffers in its own memory, its first stack, and its system calls. A
 * system call is the last act of a step; the next one asks for the {@link #result}.
 *
 * @param cpu the processor
 * @param data address of the program's data
 */
record InitProcess(Cpu cpu, long data) {
    private static final int MAX_TEXT = 1 << 16;

    long get(Variable variable) {
        return cpu.memory().readU64(address(variable));
    }

    void set(Variable variable, long value) {
        cpu.memory().writeU64(address(variable), value);
    }

    private long address(Variable variable) {
        return data + InitData.VARIABLES + variable.ordinal() * 8L;
    }

    /** Address of a place of {@link InitData}. */
    long at(int offset) {
        return data + offset;
    }

    /** Result of the system call that ended the step before; an error number is fatal. */
    long result(String what) {
        long result = rawResult();
        if (Errno.isError(result)) {
            throw new InitFailure(what + ": " + errorText(result));
        }
        return result;
    }

    /** Result as it is, error numbers included. */
    long rawResult() {
        return cpu.get(Gpr.RAX);
    }

    static String errorText(long result) {
        return Errno.of(result).map(Errno::text).orElse("error " + -result) + " (os error " + -result + ")";
    }

    /** Puts a NUL-terminated text at a place of {@link InitData}; its address. */
    long put(int offset, String text) {
        Bytes content = Bytes.utf8(text + "\0");
        if (content.size() > InitData.PAGE) {
            throw new InitFailure("text is too long: " + text.substring(0, 64));
        }
        cpu.memory().writeBytes(at(offset), content);
        return at(offset);
    }

    /** The NUL-terminated text at an address. */
    String text(long gva) {
        Bytes found = Bytes.EMPTY;
        for (int size = 64; size <= MAX_TEXT; size *= 2) {
            int end = 0;
            while (end < size && cpu.memory().readU8(gva + end) != 0) {
                end++;
            }
            if (end < size) {
                found = cpu.memory().readBytes(gva, end);
                return new String(found.toByteArray(), StandardCharsets.UTF_8);
            }
        }
        throw new InitFailure(String.format("text at 0x%x has no end", gva));
    }

    /** Arguments on the first stack. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        for (long pointer : pointers(get(Variable.FIRST_STACK) + 8)) {
            arguments.add(text(pointer));
        }
        return arguments;
    }

    /** Addresses of the variables on the first stack. */
    List<Long> environmentPointers() {
        long count = cpu.memory().readU64(get(Variable.FIRST_STACK));
        return pointers(get(Variable.FIRST_STACK) + 8 + (count + 1) * 8);
    }

    /** Value of a variable of the environment; empty text if it is not set. */
    String environment(String name) {
        for (long pointer : environmentPointers()) {
            String variable = text(pointer);
            if (variable.startsWith(name + "=")) {
                return variable.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** True if a variable, or the same under its old name, is set, not empty and not 0. */
    boolean isSet(String name) {
        String value = environment("OPENHCL_" + name);
        String old = environment("UNDERHILL_" + name);
        return !value.isEmpty() && !value.equals("0") || !old.isEmpty() && !old.equals("0");
    }

    boolean isConfidential() {
        return isSet("CONFIDENTIAL");
    }

    /** True if nothing about the guest may leave the machine. */
    boolean filtersDiagnostics() {
        return isConfidential() && !isSet("CONFIDENTIAL_DEBUG");
    }

    private List<Long> pointers(long start) {
        List<Long> pointers = new ArrayList<>();
        for (long at = start; ; at += 8) {
            long pointer = cpu.memory().readU64(at);
            if (pointer == 0) {
                return pointers;
            }
            pointers.add(pointer);
        }
    }

    void open(String path, int flags) {
        cpu.systemCall(Syscall.OPENAT, OpenFlags.AT_FDCWD, put(InitData.PATH, path), flags | OpenFlags.CLOEXEC, 0);
    }

    void write(long file, String text) {
        Bytes content = Bytes.utf8(text);
        put(InitData.BUFFER, text);
        cpu.systemCall(Syscall.WRITE, file, at(InitData.BUFFER), content.size());
    }

    void close(long file) {
        cpu.systemCall(Syscall.CLOSE, file);
    }

    /** One message to the kernel log, facility 2. */
    void log(Level level, String message) {
        int size = putMessage(level, message);
        cpu.systemCall(Syscall.WRITE, get(Variable.LOG_FILE) - 1, at(InitData.LOG), size);
    }

    /** Puts a message at {@link InitData#LOG}; its bytes. */
    int putMessage(Level level, String message) {
        Bytes content = Bytes.utf8("<" + level.priority() + ">underhill_init: " + message + "\n");
        Bytes cut = content.size() > InitData.PAGE ? content.slice(0, InitData.PAGE) : content;
        cpu.memory().writeBytes(at(InitData.LOG), cut);
        return cut.size();
    }

    TextList list(int offset) {
        int end =
                switch (offset) {
                    case InitData.NAMES -> InitData.PENDING;
                    case InitData.PENDING -> InitData.VISITED;
                    default -> InitData.SIZE;
                };
        return new TextList(cpu.memory(), at(offset), end - offset);
    }
}
