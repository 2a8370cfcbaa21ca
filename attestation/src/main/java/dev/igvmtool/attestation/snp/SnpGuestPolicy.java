package dev.igvmtool.attestation.snp;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The guest policy that a guest was launched with.
 *
 * <p>Specification: SEV-SNP firmware ABI, guest policy.
 *
 * @param bits as in the report
 */
public record SnpGuestPolicy(long bits) {
    private static final int ABI_MINOR_MASK = 0xff;
    private static final int ABI_MAJOR_SHIFT = 8;
    private static final long MUST_BE_ONE = 1L << 17;
    private static final long KNOWN = (1L << 26) - 1;

    /** A bit of the policy. Some permit, some restrict. */
    public enum Flag {
        SMT("smt", 16, false),
        MIGRATION("migration", 18, false),
        DEBUG("debug", 19, false),
        SINGLE_SOCKET("single_socket", 20, true),
        CXL("cxl", 21, false),
        AES_256_XTS("aes_256_xts", 22, true),
        RAPL_DISABLED("rapl_disabled", 23, true),
        CIPHERTEXT_HIDING("ciphertext_hiding", 24, true),
        PAGE_SWAP_DISABLED("page_swap_disabled", 25, true);

        private final String text;
        private final int bit;
        private final boolean restricts;

        Flag(String text, int bit, boolean restricts) {
            this.text = text;
            this.bit = bit;
            this.restricts = restricts;
        }

        /** Name in policies and verdicts. */
        public String text() {
            return text;
        }

        /** True if the bit demands something of the platform, false if it permits something. */
        public boolean restricts() {
            return restricts;
        }
    }

    /** True if the bit is set. */
    public boolean has(Flag flag) {
        return (bits >>> flag.bit & 1) != 0;
    }

    /** The bits that are set. */
    public Set<Flag> flags() {
        EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
        for (Flag flag : Flag.values()) {
            if (has(flag)) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /** Least firmware ABI that the guest asks for. */
    public FirmwareVersion minimumAbi() {
        return new FirmwareVersion((int) (bits >>> ABI_MAJOR_SHIFT) & ABI_MINOR_MASK, (int) bits & ABI_MINOR_MASK);
    }

    /** True if the reserved bits are as the firmware demands: bit 17 one, bits 26 and up zero. */
    public boolean isWellFormed() {
        return (bits & MUST_BE_ONE) != 0 && (bits & ~KNOWN) == 0;
    }

    /** {@code 0xb0000 (smt, debug)}. */
    @Override
    public String toString() {
        return String.format("0x%x (%s)", bits, flags().stream().map(Flag::text).collect(Collectors.joining(", ")));
    }
}
