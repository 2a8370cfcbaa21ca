package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.FormatException;

/** What Intel says of a TCB level; the worst first. */
public enum TcbStatus {
    REVOKED("Revoked"),
    OUT_OF_DATE_CONFIGURATION_NEEDED("OutOfDateConfigurationNeeded"),
    OUT_OF_DATE("OutOfDate"),
    CONFIGURATION_AND_SW_HARDENING_NEEDED("ConfigurationAndSWHardeningNeeded"),
    CONFIGURATION_NEEDED("ConfigurationNeeded"),
    SW_HARDENING_NEEDED("SWHardeningNeeded"),
    UP_TO_DATE("UpToDate");

    private final String text;

    TcbStatus(String text) {
        this.text = text;
    }

    /** As in collateral and policies. */
    public String text() {
        return text;
    }

    /** @throws FormatException if there is no such status */
    public static TcbStatus of(String text) {
        for (TcbStatus status : values()) {
            if (status.text.equals(text)) {
                return status;
            }
        }
        throw new FormatException("TCB status '" + text + "' is not known");
    }

    /** The worse of two. */
    TcbStatus worse(TcbStatus that) {
        return compareTo(that) <= 0 ? this : that;
    }
}
