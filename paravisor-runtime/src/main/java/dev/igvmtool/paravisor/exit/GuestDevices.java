package dev.igvmtool.paravisor.exit;

/**
 * State of what VTL2 emulates for VTL0.
 *
 * @param com1 serial port at 0x3F8
 * @param crash crash MSRs
 */
public record GuestDevices(Uart com1, CrashRegisters crash) {
    /** After reset. */
    public static final GuestDevices RESET = new GuestDevices(Uart.RESET, CrashRegisters.NONE);
}
