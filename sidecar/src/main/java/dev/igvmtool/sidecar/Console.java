package dev.igvmtool.sidecar;

import dev.igvmtool.machine.guest.Cpu;
import java.nio.charset.StandardCharsets;

/** Text on COM3. A line is written within one step, so lines of different VPs do not mix. */
final class Console {
    private static final int DATA = 0x3e8;
    private static final int LINE_STATUS = DATA + 5;
    private static final int TRANSMITTER_EMPTY = 1 << 5;

    /** A port without a device reads all ones, and a device that is never ready must not hold the VP up. */
    private static final int MAX_POLLS = 1000;

    private Console() {}

    /** Writes a log line if the caller asked for logging; VPs in the dispatch loop are named. */
    static void log(Cpu cpu, String text) {
        Statics statics = Statics.of(cpu);
        if (statics.logging()) {
            String prefix = statics.afterInit() ? "sidecar#" + Globals.of(cpu).vpIndex() + ": " : "sidecar: ";
            write(cpu, prefix + text + "\n");
        }
    }

    /** Writes text, with a carriage return before each line feed. */
    static void write(Cpu cpu, String text) {
        for (byte character : text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)) {
            for (int i = 0; i < MAX_POLLS && (cpu.in(LINE_STATUS, 1) & TRANSMITTER_EMPTY) == 0; i++) {
                cpu.pause();
            }
            cpu.out(DATA, 1, Byte.toUnsignedInt(character));
        }
    }
}
