package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.Cpu;

/** COM3 of an x64 machine. */
record SerialPort(Cpu cpu) {
    private static final int COM3 = 0x3e8;
    private static final int INTERRUPT_ENABLE = COM3 + 1;
    private static final int FIFO_CONTROL = COM3 + 2;
    private static final int MODEM_CONTROL = COM3 + 4;
    private static final int LINE_STATUS = COM3 + 5;
    private static final int TRANSMITTER_EMPTY = 1 << 5;
    private static final int MAX_POLLS = 1 << 16;

    void setUp() {
        cpu.out(INTERRUPT_ENABLE, 1, 0);
        cpu.out(FIFO_CONTROL, 1, 0xc7);
        cpu.out(MODEM_CONTROL, 1, 0x0f);
    }

    void send(Bytes text) {
        for (int i = 0; i < text.size(); i++) {
            if (text.get(i) == '\n') {
                send('\r');
            }
            send(text.u8(i));
        }
    }

    private void send(int octet) {
        // Differs: the reference waits for ever; one step of a stage must end.
        for (int polls = 0; (cpu.in(LINE_STATUS, 1) & TRANSMITTER_EMPTY) == 0 && polls < MAX_POLLS; polls++) {
            cpu.pause();
        }
        cpu.out(COM3, 1, octet);
    }
}
