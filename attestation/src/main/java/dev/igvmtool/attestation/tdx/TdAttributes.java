package dev.igvmtool.attestation.tdx;

/**
 * Bits of TD attributes.
 *
 * <p>Specification: TDX module base specification, ATTRIBUTES.
 */
public final class TdAttributes {
    /** The host may look into the TD. */
    public static final long DEBUG = 1;

    /** EPT violations do not become #VE. */
    public static final long SEPT_VE_DISABLE = 1L << 28;

    /** The TD may be migrated. */
    public static final long MIGRATABLE = 1L << 29;

    /** Supervisor protection keys. */
    public static final long PKS = 1L << 30;

    /** Performance monitoring. */
    public static final long PERFMON = 1L << 63;

    /** Bits that every verifier knows. */
    static final long KNOWN = DEBUG | SEPT_VE_DISABLE | PKS | PERFMON;

    private TdAttributes() {}
}
