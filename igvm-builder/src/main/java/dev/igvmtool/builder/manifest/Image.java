package dev.igvmtool.builder.manifest;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code image} of a guest configuration: what is loaded. */
public sealed interface Image {
    /** Nothing. */
    record None() implements Image {}

    /** UEFI firmware without a paravisor. */
    record Uefi(UefiConfigType configType) implements Image {}

    /** A kernel without register state. */
    record Linux(LinuxPayload payload) implements Image {}

    /**
     * The OpenHCL paravisor with what it brings for VTL0.
     *
     * @param commandLine measured kernel command line, UTF-8
     * @param staticCommandLine true if the host may not add to it
     * @param memoryPageBase first page of VTL2 memory, if fixed
     * @param memoryPageCount pages of VTL2 memory
     * @param uefi true if UEFI is brought for VTL0
     * @param linux the kernel brought for VTL0
     */
    record Openhcl(
            String commandLine,
            boolean staticCommandLine,
            OptionalLong memoryPageBase,
            long memoryPageCount,
            boolean uefi,
            Optional<LinuxPayload> linux,
            Optional<ProductPolicy> productPolicy)
            implements Image {}

    /**
     * A kernel that boots directly on SNP, without firmware or paravisor.
     *
     * @param processorCount u32, at least 1
     * @param memoryPageCount pages of RAM
     * @param cBitPosition page table bit that marks encrypted pages
     */
    record SnpLinuxDirect(LinuxPayload linux, long processorCount, long memoryPageCount, int cBitPosition)
            implements Image {}

    /** Whether a UEFI image gets its parameters through IGVM. */
    enum UefiConfigType {
        /** It does not. */
        NONE,
        /** Parameter pages follow the firmware. */
        IGVM
    }

    /**
     * A Linux kernel with its inputs; the files are resources.
     *
     * @param commandLine bytes without NUL
     */
    record LinuxPayload(boolean useInitrd, Bytes commandLine) {}
}
