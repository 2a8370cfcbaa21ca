package dev.igvmtool.machine.vp;

/** How a processor that keeps the hypervisor out goes from a VTL to a lower one and back: all registers change hands. */
interface HardwareSwitch {
    /** Puts the registers of {@code from} away and takes those of the lower {@code to}. */
    void enter(VpState state, int from, int to);

    /**
     * Puts the registers of {@code from} away, says why it was left, and takes those of the higher {@code to}.
     *
     * @param instructionBytes of the instruction at which the guest has left, 0 if it was none
     */
    void leave(VpState state, int from, int to, HardwareExit exit, int instructionBytes);

    /** The number that the processor has for an exit. */
    long code(HardwareExit exit);
}
