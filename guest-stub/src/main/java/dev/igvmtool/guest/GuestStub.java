package dev.igvmtool.guest;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest: checks the zero page that RSI points to, prints one line on COM1 by polling, halts with interrupts off.
 * Each port access is the last act of its step, for it may leave VTL0: the paravisor then completes it, and an input
 * is found in RAX by the step that follows.
 *
 * <p>It needs no memory but its slots, so that it can stand in the place of any guest; the text is composed again for
 * each character. Registers: RBX zero page or 0, R12 number of the next character, R13 characters of the text, R14 index
 * of the processor.
 *
 * <p>With the word {@code smp} on its command line it then has the other processors print a line each, see
 * {@link OtherProcessors}.
 */
public final class GuestStub implements Program {
    /** Physical address that the executable is linked to: where Linux kernels usually are. */
    private static final long LINK_ADDRESS = 0x100_0000;

    private static final int ENTRY_OFFSET = 0x1000;
    private static final int DATA_OFFSET = 0x2000;
    private static final int SIZE_BYTES = 0x5000;

    /** Longest command line that is repeated, with its NUL. */
    private static final int MAX_COMMAND_LINE = 2048;

    /** The step that prints the text of this processor. */
    static final String PRINT = "compose-text";

    /** The step that ends all work. */
    static final String HALT = "halt";

    private static final int COM1_DATA = 0x3f8;
    private static final int COM1_INTERRUPT_ENABLE = 0x3f9;
    private static final int COM1_LINE_CONTROL = 0x3fb;
    private static final int COM1_LINE_STATUS = 0x3fd;
    private static final int EIGHT_DATA_BITS = 3;
    private static final int TRANSMITTER_EMPTY = 0x20;

    @Override
    public String name() {
        return "guest";
    }

    @Override
    public int number() {
        return 6;
    }

    @Override
    public ImageLayout layout() {
        return new ImageLayout(LINK_ADDRESS, ENTRY_OFFSET, DATA_OFFSET, SIZE_BYTES);
    }

    @Override
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        steps.addAll(List.of(
                Step.of("entry", GuestStub::entry),
                Step.of(PRINT, GuestStub::composeText),
                Step.of("disable-serial-interrupts", cpu -> cpu.out(COM1_INTERRUPT_ENABLE, 1, 0)),
                Step.of("set-line-control", cpu -> cpu.out(COM1_LINE_CONTROL, 1, EIGHT_DATA_BITS)),
                Step.of("read-line-status", GuestStub::readLineStatus),
                Step.of("await-transmitter", GuestStub::awaitTransmitter),
                Step.of("send-character", GuestStub::sendCharacter),
                Step.of("next-character", GuestStub::nextCharacter)));
        steps.addAll(OtherProcessors.steps());
        steps.add(Step.of(HALT, GuestStub::halt));
        steps.add(Step.of("halt-again", cpu -> cpu.jumpTo(HALT)));
        return List.copyOf(steps);
    }

    private static void entry(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.set(Gpr.RBX, cpu.get(Gpr.RSI));
        cpu.set(Gpr.R14, 0);
    }

    private static void composeText(Cpu cpu) {
        cpu.set(Gpr.R12, 0);
        cpu.set(Gpr.R13, text(cpu).size());
    }

    private static Bytes text(Cpu cpu) {
        long processor = cpu.get(Gpr.R14);
        if (processor != 0) {
            return Bytes.utf8(Greeting.ofProcessor(processor));
        }
        long zeroPage = cpu.get(Gpr.RBX);
        if (zeroPage == 0) {
            return Bytes.utf8(Greeting.OF_FIRMWARE);
        }
        BootParams params = cpu.memory().read(BootParams.CODEC, zeroPage);
        return Bytes.utf8(Greeting.line(params, commandLine(cpu, params.cmdLinePtr())));
    }

    /** The command line that a zero page names. */
    static String commandLine(Cpu cpu, long address) {
        StringBuilder text = new StringBuilder();
        if (address == 0) {
            return "";
        }
        for (int i = 0; i < MAX_COMMAND_LINE; i++) {
            int character = cpu.memory().readU8(address + i);
            if (character == 0) {
                break;
            }
            text.append(character >= ' ' && character <= '~' ? (char) character : '?');
        }
        return text.toString();
    }

    private static void readLineStatus(Cpu cpu) {
        cpu.set(Gpr.RAX, cpu.in(COM1_LINE_STATUS, 1));
    }

    private static void awaitTransmitter(Cpu cpu) {
        if ((cpu.get(Gpr.RAX) & TRANSMITTER_EMPTY) == 0) {
            cpu.pause();
            cpu.jumpTo("read-line-status");
        }
    }

    private static void sendCharacter(Cpu cpu) {
        long next = cpu.get(Gpr.R12);
        int character = text(cpu).u8((int) next);
        cpu.set(Gpr.R12, next + 1);
        cpu.out(COM1_DATA, 1, character);
    }

    private static void nextCharacter(Cpu cpu) {
        if (cpu.get(Gpr.R12) != cpu.get(Gpr.R13)) {
            cpu.jumpTo("read-line-status");
        }
    }

    private static void halt(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.halt();
    }
}
