package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.PageRegion;

/** What was placed for VTL0 before the paravisor, as the measured configuration tells of it. */
sealed interface Vtl0Payload {
    /** Nothing. */
    record None() implements Vtl0Payload {}

    /**
     * Firmware.
     *
     * @param vpContext register list of the first processor in VBS form
     */
    record Uefi(Bytes vpContext) implements Vtl0Payload {}

    /**
     * A kernel.
     *
     * @param commandLine without NUL
     */
    record Linux(PageRegion kernel, long entry, PageRegion initrd, long initrdBytes, Bytes commandLine)
            implements Vtl0Payload {}
}
