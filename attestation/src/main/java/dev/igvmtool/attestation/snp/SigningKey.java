package dev.igvmtool.attestation.snp;

/** {@code SIGNING_KEY}: the kind of key that signed a report. */
public enum SigningKey {
    /** Versioned chip endorsement key: of one processor. */
    VCEK("SEV-VCEK"),

    /** Versioned loaded endorsement key: of a provider. */
    VLEK("SEV-VLEK"),

    /** The report is not signed. */
    NONE(""),

    /** A value that the specification keeps for later. */
    RESERVED("");

    private static final int NONE_VALUE = 7;

    private final String commonName;

    SigningKey(String commonName) {
        this.commonName = commonName;
    }

    static SigningKey of(int value) {
        return switch (value) {
            case 0 -> VCEK;
            case 1 -> VLEK;
            case NONE_VALUE -> NONE;
            default -> RESERVED;
        };
    }

    /** Common name of its certificate, empty if there is none. */
    public String commonName() {
        return commonName;
    }
}
