package dev.igvmtool.attestation.snp;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code PLATFORM_INFO}: how the platform is configured.
 *
 * <p>Specification: SEV-SNP firmware ABI, PLATFORM_INFO.
 *
 * @param bits as in the report
 */
public record PlatformInfo(long bits) {
    private static final long KNOWN = 0xbf;

    /** A bit. Some weaken the platform, some strengthen it. */
    public enum Flag {
        SMT("smt", 0, false),
        TSME("tsme", 1, false),
        ECC("ecc", 2, true),
        RAPL_DISABLED("rapl_disabled", 3, true),
        CIPHERTEXT_HIDING("ciphertext_hiding", 4, true),
        ALIAS_CHECK("alias_check", 5, true),
        TIO("tio", 7, false);

        private final String text;
        private final int bit;
        private final boolean strengthens;

        Flag(String text, int bit, boolean strengthens) {
            this.text = text;
            this.bit = bit;
            this.strengthens = strengthens;
        }

        /** Name in policies and verdicts. */
        public String text() {
            return text;
        }

        /** True if a policy may demand the bit, false if it may forbid it. */
        public boolean strengthens() {
            return strengthens;
        }
    }

    /** The bits that are set. */
    public Set<Flag> flags() {
        EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
        for (Flag flag : Flag.values()) {
            if ((bits >>> flag.bit & 1) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /** True if no reserved bit is set. */
    public boolean isWellFormed() {
        return (bits & ~KNOWN) == 0;
    }

    /** {@code 0x1 (smt)}. */
    @Override
    public String toString() {
        return String.format("0x%x (%s)", bits, flags().stream().map(Flag::text).collect(Collectors.joining(", ")));
    }
}
