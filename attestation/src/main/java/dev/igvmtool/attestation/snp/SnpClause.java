package dev.igvmtool.attestation.snp;

/** Where the demands of this package stand. */
final class SnpClause {
    static final String REPORT = "SEV-SNP ABI (56860), ATTESTATION_REPORT";
    static final String SIGNATURE = "SEV-SNP ABI (56860), signature formats";
    static final String POLICY = "SEV-SNP ABI (56860), guest policy";
    static final String PLATFORM = "SEV-SNP ABI (56860), PLATFORM_INFO";
    static final String TCB = "SEV-SNP ABI (56860), TCB_VERSION";
    static final String ID_BLOCK = "SEV-SNP ABI (56860), ID block";
    static final String CERTIFICATE = "VCEK and KDS (57230), certificates";
    static final String EXTENSIONS = "VCEK and KDS (57230), certificate extensions";
    static final String LISTS = "VCEK and KDS (57230), certificate revocation lists";
    static final String TABLE = "GHCB (56421), SNP extended guest request";

    private SnpClause() {}
}
