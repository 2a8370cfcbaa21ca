package dev.igvmtool.builder.manifest;

import java.util.OptionalInt;

/** {@code isolation_type} of a guest configuration. */
public sealed interface IsolationConfig {
    /** No isolation; the platform is VSM_ISOLATION all the same, and nothing is measured. */
    record None() implements IsolationConfig {}

    /**
     * Virtualization-based security.
     *
     * @param enableDebug only in what accompanies the image
     */
    record Vbs(boolean enableDebug) implements IsolationConfig {}

    /**
     * AMD SEV-SNP.
     *
     * @param sharedGpaBoundaryBits position of the bit that marks shared addresses, if there is one
     * @param policy guest policy as written; see {@link #guestPolicy()}
     * @param enableDebug replaces bit 19 of the policy
     */
    record Snp(
            OptionalInt sharedGpaBoundaryBits,
            long policy,
            boolean enableDebug,
            InjectionType injectionType,
            boolean secureAvic)
            implements IsolationConfig {
        private static final long DEBUG_BIT = 1 << 19;

        /** The policy that the launch uses. */
        public long guestPolicy() {
            return enableDebug ? policy | DEBUG_BIT : policy & ~DEBUG_BIT;
        }
    }

    /**
     * Intel TDX.
     *
     * @param enableDebug policy bit 0
     * @param septVeDisable policy bit 1
     */
    record Tdx(boolean enableDebug, boolean septVeDisable) implements IsolationConfig {
        /** The policy that the launch uses. */
        public long guestPolicy() {
            return (enableDebug ? 1 : 0) | (septVeDisable ? 2 : 0);
        }
    }

    /** How the host may inject interrupts into an SNP guest. */
    enum InjectionType {
        /** Without restriction. */
        NORMAL,
        /** Restricted injection. */
        RESTRICTED
    }

    /** True for the hardware-isolated platforms, SNP and TDX. */
    default boolean isHardware() {
        return this instanceof Snp || this instanceof Tdx;
    }
}
