package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.bootshim.plan.LogMessage;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;

/**
 * The shim's log: text in the log buffer, which the paravisor reads later, and on x64 the same text on COM3 once that is on.
 * The buffer starts with three u16: bytes for text, next offset, pieces dropped for want of room.
 */
record BootLog(Core cpu, Memory memory, GpaRange buffer) implements PlanLog {
    private static final int HEADER_BYTES = 6;
    private static final int NEXT = 2;
    private static final int DROPPED = 4;
    private static final int PAGE_BYTES = 4096;
    private static final int MAX_PAGES = 15;

    /** The log of the running shim. */
    static BootLog of(Core cpu) {
        return new BootLog(cpu, cpu.memory(), InputReader.of(cpu).image().logBuffer());
    }

    /** Makes the buffer empty; from now on lines are kept. */
    void open() {
        long size = buffer.size();
        if (size == 0 || size % PAGE_BYTES != 0 || Long.compareUnsigned(size, MAX_PAGES * PAGE_BYTES) > 0) {
            throw new ShimFatalException(String.format("log buffer of 0x%x bytes, expected 1 to 15 pages", size));
        }
        memory.writeU16(buffer.start(), (int) size - HEADER_BYTES);
        memory.writeU16(buffer.start() + NEXT, 0);
        memory.writeU16(buffer.start() + DROPPED, 0);
        ShimVariables.of(cpu).set(ShimVariables.Flag.LOG_OPEN);
    }

    /** Sets up COM3 and sends what the buffer holds; from now on lines go there, too. */
    void startSerial(SerialPort port) {
        port.setUp();
        ShimVariables.of(cpu).set(ShimVariables.Flag.SERIAL_ON);
        int next = Math.min(memory.readU16(buffer.start() + NEXT), (int) buffer.size() - HEADER_BYTES);
        port.send(memory.readBytes(buffer.start() + HEADER_BYTES, next));
    }

    @Override
    public void log(Level level, LogMessage message) {
        LogMessage line = LogMessage.of("[{}] {}\n", level, message);
        ShimVariables variables = ShimVariables.of(cpu);
        if (variables.is(ShimVariables.Flag.LOG_OPEN)) {
            line.pieces().forEach(piece -> keep(Bytes.utf8(piece)));
        }
        if (cpu instanceof Cpu x64 && variables.is(ShimVariables.Flag.SERIAL_ON)) {
            new SerialPort(x64).send(Bytes.utf8(line.text()));
        }
    }

    /** A piece is kept whole or not at all. */
    private void keep(Bytes text) {
        int capacity = memory.readU16(buffer.start());
        int next = memory.readU16(buffer.start() + NEXT);
        if (next + text.size() > capacity) {
            int dropped = memory.readU16(buffer.start() + DROPPED);
            memory.writeU16(buffer.start() + DROPPED, Math.min(dropped + 1, 0xffff));
            return;
        }
        memory.writeBytes(buffer.start() + HEADER_BYTES + next, text);
        memory.writeU16(buffer.start() + NEXT, next + text.size());
    }
}
