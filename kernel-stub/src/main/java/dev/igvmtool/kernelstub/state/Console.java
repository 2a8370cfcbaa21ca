package dev.igvmtool.kernelstub.state;

import dev.igvmtool.kernelstub.host.Host;
import java.nio.charset.StandardCharsets;

/** The serial console at COM3, a 16550, in the format of {@code console_msg_format=syslog}. */
public final class Console {
    private static final int DATA = 0x3e8;
    private static final int LINE_STATUS = DATA + 5;
    private static final int TRANSMITTER_EMPTY = 0x20;
    private static final int PATIENCE = 16;

    private Console() {}

    /** Prints a line. */
    public static void print(Host host, int priority, long microseconds, String text) {
        String line = String.format(
                "<%d>[%5d.%06d] %s\r\n", priority, microseconds / 1_000_000, microseconds % 1_000_000, text);
        for (byte b : line.getBytes(StandardCharsets.UTF_8)) {
            awaitTransmitter(host);
            host.out(DATA, 1, Byte.toUnsignedInt(b));
        }
    }

    private static void awaitTransmitter(Host host) {
        for (int i = 0; i < PATIENCE; i++) {
            if ((host.in(LINE_STATUS, 1) & TRANSMITTER_EMPTY) != 0) {
                return;
            }
        }
    }
}
