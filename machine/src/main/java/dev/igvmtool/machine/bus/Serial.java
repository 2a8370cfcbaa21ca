package dev.igvmtool.machine.bus;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A 16550 serial port whose other end collects what the guest transmits. The transmitter is always empty. What the other
 * end sends waits until the guest reads it; no interrupt tells of it.
 */
public final class Serial implements PortDevice {
    /** First port of the first serial interface. */
    public static final int COM1 = 0x3f8;

    /** First port of the third, the console of VTL2. */
    public static final int COM3 = 0x3e8;

    private static final int DATA = 0;
    private static final int INTERRUPT_ENABLE = 1;
    private static final int INTERRUPT_IDENTIFICATION = 2;
    private static final int LINE_CONTROL = 3;
    private static final int MODEM_CONTROL = 4;
    private static final int LINE_STATUS = 5;
    private static final int MODEM_STATUS = 6;
    private static final int SCRATCH = 7;
    private static final int DIVISOR_LATCH_ACCESS = 0x80;
    /** Transmitter and holding register empty. */
    private static final int TRANSMITTER_EMPTY = 0x60;
    /** A byte waits to be read. */
    private static final int DATA_READY = 1;

    /** Carrier, data set ready, clear to send. */
    private static final int MODEM_READY = 0xb0;

    private static final int NO_INTERRUPT_PENDING = 1;
    private static final int FIFOS_ENABLED = 0xc0;

    private final int firstPort;
    private byte[] text = new byte[256];
    private int length;
    private @Nullable Bytes saved;
    private Bytes waiting = Bytes.EMPTY;
    private int interruptEnable;
    private int fifoControl;
    private int lineControl;
    private int modemControl;
    private int scratch;
    private int divisor = 1;

    private record State(
            Bytes text,
            Bytes waiting,
            int interruptEnable,
            int fifoControl,
            int lineControl,
            int modemControl,
            int scratch,
            int divisor) {}

    /** @param firstPort first of eight ports */
    public Serial(int firstPort) {
        this.firstPort = firstPort;
    }

    /** Everything transmitted so far. */
    public Bytes text() {
        Bytes present = saved;
        if (present == null) {
            present = Bytes.wrap(Arrays.copyOf(text, length));
            saved = present;
        }
        return present;
    }

    /** The other end sends {@code content}, to be read behind what waits already. */
    public void receive(Bytes content) {
        byte[] both = Arrays.copyOf(waiting.toByteArray(), waiting.size() + content.size());
        content.copyTo(0, both, waiting.size(), content.size());
        waiting = Bytes.wrap(both);
    }

    private int takeReceived() {
        if (waiting.isEmpty()) {
            return 0;
        }
        int octet = waiting.u8(0);
        waiting = waiting.from(1);
        return octet;
    }

    @Override
    public int firstPort() {
        return firstPort;
    }

    @Override
    public int portCount() {
        return 8;
    }

    @Override
    public int in(int port, int sizeBytes) {
        boolean latch = (lineControl & DIVISOR_LATCH_ACCESS) != 0;
        return switch (port - firstPort) {
            case DATA -> latch ? divisor & 0xff : takeReceived();
            case INTERRUPT_ENABLE -> latch ? divisor >> 8 : interruptEnable;
            case INTERRUPT_IDENTIFICATION -> NO_INTERRUPT_PENDING | ((fifoControl & 1) != 0 ? FIFOS_ENABLED : 0);
            case LINE_CONTROL -> lineControl;
            case MODEM_CONTROL -> modemControl;
            case LINE_STATUS -> TRANSMITTER_EMPTY | (waiting.isEmpty() ? 0 : DATA_READY);
            case MODEM_STATUS -> MODEM_READY;
            case SCRATCH -> scratch;
            default -> throw new IllegalArgumentException("port " + port);
        };
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        int octet = value & 0xff;
        boolean latch = (lineControl & DIVISOR_LATCH_ACCESS) != 0;
        switch (port - firstPort) {
            case DATA -> {
                if (latch) {
                    divisor = divisor & 0xff00 | octet;
                } else {
                    transmit(octet);
                }
            }
            case INTERRUPT_ENABLE -> {
                if (latch) {
                    divisor = octet << 8 | divisor & 0xff;
                } else {
                    interruptEnable = octet & 0xf;
                }
            }
            case INTERRUPT_IDENTIFICATION -> fifoControl = octet;
            case LINE_CONTROL -> lineControl = octet;
            case MODEM_CONTROL -> modemControl = octet & 0x1f;
            case SCRATCH -> scratch = octet;
            default -> {
                // Line status and modem status cannot be written.
            }
        }
    }

    @Override
    public Record save() {
        return new State(text(), waiting, interruptEnable, fifoControl, lineControl, modemControl, scratch, divisor);
    }

    @Override
    public void restore(Record state) {
        State from = (State) state;
        text = Arrays.copyOf(from.text.toByteArray(), Math.max(256, from.text.size()));
        length = from.text.size();
        saved = from.text;
        waiting = from.waiting;
        interruptEnable = from.interruptEnable;
        fifoControl = from.fifoControl;
        lineControl = from.lineControl;
        modemControl = from.modemControl;
        scratch = from.scratch;
        divisor = from.divisor;
    }

    private void transmit(int octet) {
        if (length == text.length) {
            text = Arrays.copyOf(text, length * 2);
        }
        text[length] = (byte) octet;
        length++;
        saved = null;
    }
}
