package dev.igvmtool.abi.snp;

/** The secrets page (SEV-SNP firmware ABI, secrets page): what the firmware tells only the guest. */
public final class SecretsPage {
    public static final int SIZE = 4096;

    /** u32 at the start. */
    public static final int VERSION = 3;

    /** The keys with which VMPL 0 to 3 speak to the firmware, one after the other. */
    public static final int KEYS = 0x20;

    public static final int KEY_BYTES = 32;

    private SecretsPage() {}
}
