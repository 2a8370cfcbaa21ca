package dev.igvmtool.kernelstub.host;

import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.kernelstub.memory.AddressBits;

/** How the guest is isolated, as the kernel has found out at its entry. */
public sealed interface Platform {
    /** What page tables say of isolation. */
    AddressBits addressBits();

    /** The hypervisor is asked directly: no isolation, or that of the hypervisor itself. */
    record Open() implements Platform {
        @Override
        public AddressBits addressBits() {
            return AddressBits.NONE;
        }
    }

    /**
     * An SNP guest.
     *
     * @param privateBit the C-bit
     * @param cpuid leaves that the firmware has checked
     */
    record Snp(long privateBit, CpuidPage cpuid) implements Platform {
        /** The VMPL of VTL0; this kernel has VMPL 0. */
        public static final int LOWER_VMPL = 2;

        @Override
        public AddressBits addressBits() {
            return new AddressBits(privateBit, 0);
        }
    }

    /**
     * A trust domain.
     *
     * @param sharedBit the highest bit of its guest physical addresses
     */
    record Td(long sharedBit) implements Platform {
        /** The partition of VTL0; this kernel is the one that runs partitions. */
        public static final int LOWER_PARTITION = 1;

        @Override
        public AddressBits addressBits() {
            return new AddressBits(0, sharedBit);
        }
    }

    /** True if the processor keeps the host and its hypervisor out. */
    default boolean hardware() {
        return !(this instanceof Open);
    }
}
