package dev.igvmtool.host.config;

/**
 * A 16550 serial port.
 *
 * @param port first I/O port
 * @param irq interrupt line
 * @param baud what the device tree says
 */
public record ComPort(int port, int irq, int baud) {
    /** COM3, on which the boot shim looks for its console. */
    public static final ComPort COM3 = new ComPort(0x3e8, 4, 115200);
}
