package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A user program of a test: steps that end in system calls, data at {@link #DATA}. */
public final class TestProgram implements Program {
    public static final long TEXT = 0x40_0000;
    public static final long DATA = 0x40_2000;
    private static final long SIZE = 0x6000;

    private final int number;
    private final List<Step> steps = new ArrayList<>();

    public TestProgram(int number) {
        this.number = number;
    }

    public TestProgram step(Consumer<Cpu> action) {
        return step("step-" + steps.size(), action);
    }

    public TestProgram step(String name, Consumer<Cpu> action) {
        steps.add(Step.of(name, action::accept));
        return this;
    }

    /** A system call; the next step keeps its result at DATA + 0x1000 + 8 * (number of results so far). */
    public TestProgram call(Syscall call, long... arguments) {
        return step(cpu -> cpu.systemCall(call, arguments)).keepResult();
    }

    /** Keeps RAX in the list of results. */
    public TestProgram keepResult() {
        return step(cpu -> {
            long count = cpu.memory().readU64(DATA + 0x1000);
            cpu.memory().writeU64(DATA + 0x1000, count + 1);
            cpu.memory().writeU64(DATA + 0x1008 + count * 8, cpu.get(Gpr.RAX));
        });
    }

    public TestProgram text(long offset, String text) {
        return step(cpu -> cpu.memory().writeBytes(DATA + offset, Bytes.utf8(text + "\0")));
    }

    /** Results as names of errors or numbers. */
    public static List<String> results(Cpu cpu) {
        List<String> results = new ArrayList<>();
        for (long i = 0; i < cpu.memory().readU64(DATA + 0x1000); i++) {
            long value = cpu.memory().readU64(DATA + 0x1008 + i * 8);
            results.add(Errno.of(value).map(Enum::name).orElse(Long.toString(value)));
        }
        return results;
    }

    /** Halts the test at a step called "end" that runs for ever. */
    public TestProgram end() {
        return step("end", cpu -> {
            cpu.pause();
            cpu.jumpTo("end");
        });
    }

    public Bytes elf() {
        return StageImage.elf(this);
    }

    @Override
    public String name() {
        return "test-" + number;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(TEXT, 0, DATA - TEXT, SIZE);
    }
}
