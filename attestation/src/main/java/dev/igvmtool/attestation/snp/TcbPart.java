package dev.igvmtool.attestation.snp;

/** A component of the trusted computing base with a version of its own. */
public enum TcbPart {
    FMC("fmc"),
    BOOT_LOADER("boot_loader"),
    TEE("tee"),
    SNP("snp"),
    MICROCODE("microcode"),

    /** A byte without meaning. */
    RESERVED("reserved");

    private final String text;

    TcbPart(String text) {
        this.text = text;
    }

    /** Name in policies and verdicts. */
    public String text() {
        return text;
    }
}
