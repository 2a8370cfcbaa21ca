package dev.igvmtool.attestation.tdx;

/** Where the demands of this package stand. */
final class TdxClause {
    static final String QUOTE = "TDX DCAP quoting library, quote format";
    static final String BODY = "TDX DCAP quoting library, TD quote body";
    static final String SIGNATURE = "TDX DCAP quoting library, quote signature data";
    static final String ATTRIBUTES = "TDX module base specification, ATTRIBUTES";
    static final String XFAM = "TDX module base specification, XFAM";
    static final String EVENT_LOG = "UEFI specification section 38, confidential computing event log";
    static final String PCK = "SGX PCK certificate and CRL profile";
    static final String TCB_INFO = "Intel PCS API v4, TDX TCB info";
    static final String IDENTITY = "Intel PCS API v4, TD QE identity";

    private TdxClause() {}
}
