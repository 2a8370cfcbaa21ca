package dev.igvmtool.paravisor.exit;

import java.util.OptionalInt;

/**
 * A 16550 serial port whose transmitter is always ready and whose receiver is always empty.
 *
 * @param interruptEnable register 1
 * @param fifoControl register 2 as written
 * @param lineControl register 3; bit 7 shows the divisor in registers 0 and 1
 * @param modemControl register 4
 * @param scratch register 7
 * @param divisor of the clock, 16 bits
 */
public record Uart(int interruptEnable, int fifoControl, int lineControl, int modemControl, int scratch, int divisor) {
    /** Registers of one port. */
    public static final int REGISTER_COUNT = 8;

    /** After reset: 115200 baud. */
    public static final Uart RESET = new Uart(0, 0, 0, 0, 0, 1);

    private static final int DIVISOR_LATCH = 0x80;
    private static final int FIFO_ENABLED = 1;
    private static final int NO_INTERRUPT = 1;
    private static final int FIFOS_ON = 0xc0;
    private static final int TRANSMITTER_EMPTY = 0x60;
    private static final int LOOPBACK = 0x10;
    private static final int CARRIER_AND_CLEAR_TO_SEND = 0xb0;

    /** The state after a write, and the byte that leaves the port, if any. */
    public record Write(Uart next, OptionalInt transmitted) {}

    /** Value of a register, 0 to 7. */
    public int read(int register) {
        return switch (register) {
            case 0 -> latch() ? divisor & 0xff : 0;
            case 1 -> latch() ? divisor >>> 8 : interruptEnable;
            case 2 -> NO_INTERRUPT | ((fifoControl & FIFO_ENABLED) != 0 ? FIFOS_ON : 0);
            case 3 -> lineControl;
            case 4 -> modemControl;
            case 5 -> TRANSMITTER_EMPTY;
            case 6 -> CARRIER_AND_CLEAR_TO_SEND;
            default -> scratch;
        };
    }

    /** Writes a register, 0 to 7; line and modem status ignore it. */
    public Write write(int register, int value) {
        return switch (register) {
            case 0 ->
                latch()
                        ? quiet(withDivisor(divisor & 0xff00 | value))
                        : new Write(this, (modemControl & LOOPBACK) != 0 ? OptionalInt.empty() : OptionalInt.of(value));
            case 1 ->
                latch()
                        ? quiet(withDivisor(divisor & 0xff | value << 8))
                        : quiet(new Uart(value & 0xf, fifoControl, lineControl, modemControl, scratch, divisor));
            case 2 -> quiet(new Uart(interruptEnable, value, lineControl, modemControl, scratch, divisor));
            case 3 -> quiet(new Uart(interruptEnable, fifoControl, value, modemControl, scratch, divisor));
            case 4 -> quiet(new Uart(interruptEnable, fifoControl, lineControl, value & 0x1f, scratch, divisor));
            case 7 -> quiet(new Uart(interruptEnable, fifoControl, lineControl, modemControl, value, divisor));
            default -> quiet(this);
        };
    }

    private boolean latch() {
        return (lineControl & DIVISOR_LATCH) != 0;
    }

    private Uart withDivisor(int value) {
        return new Uart(interruptEnable, fifoControl, lineControl, modemControl, scratch, value);
    }

    private static Write quiet(Uart next) {
        return new Write(next, OptionalInt.empty());
    }
}
