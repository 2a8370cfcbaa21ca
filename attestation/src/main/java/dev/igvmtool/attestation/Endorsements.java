package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.json.JsonDocument;
import dev.igvmtool.attestation.json.JsonObject;
import dev.igvmtool.attestation.snp.CertificateTable;
import dev.igvmtool.attestation.tdx.QeIdentity;
import dev.igvmtool.attestation.tdx.TcbInfo;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.attestation.x509.RevocationList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What vouches for evidence: everything that a vendor or a host hands out beside it. Immutable; may be shared by many
 * verifications.
 *
 * @param certificates in any order
 * @param lists revocation lists
 * @param tcbInfos of TDX platforms
 * @param qeIdentities of quoting enclaves
 * @param table certificate table of an SNP host
 * @param quote of the TD whose TDREPORT is the evidence
 */
public record Endorsements(
        List<Certificate> certificates,
        List<RevocationList> lists,
        List<TcbInfo> tcbInfos,
        List<QeIdentity> qeIdentities,
        Optional<CertificateTable> table,
        Optional<TdxQuote> quote) {
    /** Nothing. */
    public static final Endorsements NONE =
            new Endorsements(List.of(), List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());

    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_CERTIFICATES = 256;
    private static final int DER_SEQUENCE = 0x30;

    public Endorsements {
        certificates = List.copyOf(certificates);
        lists = List.copyOf(lists);
        tcbInfos = List.copyOf(tcbInfos);
        qeIdentities = List.copyOf(qeIdentities);
        if (certificates.size() > MAX_CERTIFICATES) {
            throw new FormatException(certificates.size() + " certificates, expected at most " + MAX_CERTIFICATES);
        }
    }

    /**
     * What one file holds; its kind is found out by its content: certificates and revocation lists in DER or PEM, TCB info,
     * enclave identity, the host certificates of Azure (THIM), a certificate table, or a TDX quote.
     *
     * @throws FormatException if it is of no known kind, or malformed
     */
    public static Endorsements read(Bytes given) {
        if (given.size() > MAX_BYTES) {
            throw new FormatException(given.size() + " bytes of endorsements, expected at most " + MAX_BYTES);
        }
        Bytes bytes = TextForm.decode(given);
        // Before PEM: a quote holds its chain in that form.
        if (TdxQuote.looksLikeQuote(bytes)) {
            return NONE.with(Optional.empty(), Optional.of(TdxQuote.read(bytes)));
        }
        if (Pem.isPem(bytes) && !JsonDocument.looksLikeObject(bytes)) {
            return ofPem(Pem.read(bytes));
        }
        if (JsonDocument.looksLikeObject(bytes)) {
            return ofJson(bytes);
        }
        if (!bytes.isEmpty() && bytes.u8(0) == DER_SEQUENCE) {
            return ofDer(bytes);
        }
        try {
            CertificateTable table = CertificateTable.read(bytes);
            if (table.entries().isEmpty()) {
                throw new FormatException("there is no entry");
            }
            return NONE.with(Optional.of(table), Optional.empty());
        } catch (FormatException e) {
            throw new FormatException(
                    "no certificate, revocation list, TCB info, enclave identity, certificate table or"
                            + " quote; as a certificate table: " + e.getMessage());
        }
    }

    private static Endorsements ofPem(List<Pem.Block> blocks) {
        List<Certificate> certificates = new ArrayList<>();
        List<RevocationList> lists = new ArrayList<>();
        for (Pem.Block block : blocks) {
            switch (block.label()) {
                case "CERTIFICATE" -> certificates.add(Certificate.read(block.content()));
                case "X509 CRL" -> lists.add(RevocationList.read(block.content()));
                default ->
                    throw new FormatException("PEM block " + block.label() + ", expected CERTIFICATE or X509 CRL");
            }
        }
        return NONE.with(certificates, lists);
    }

    private static Endorsements ofDer(Bytes der) {
        FormatException reason;
        try {
            return NONE.with(List.of(Certificate.read(der)), List.of());
        } catch (FormatException e) {
            reason = e;
        }
        try {
            return NONE.with(List.of(), List.of(RevocationList.read(der)));
        } catch (FormatException e) {
            throw new FormatException(reason.getMessage() + "; " + e.getMessage());
        }
    }

    private static Endorsements ofJson(Bytes text) {
        JsonObject object = JsonDocument.read(text).root();
        if (object.has(TcbInfo.MEMBER)) {
            return new Endorsements(
                    List.of(), List.of(), List.of(TcbInfo.read(text)), List.of(), Optional.empty(), Optional.empty());
        }
        if (object.has(QeIdentity.MEMBER)) {
            return new Endorsements(
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(QeIdentity.read(text)),
                    Optional.empty(),
                    Optional.empty());
        }
        if (object.has("vcekCert")) {
            List<Pem.Block> blocks = new ArrayList<>(Pem.read(Bytes.utf8(object.requiredText("vcekCert"))));
            blocks.addAll(Pem.read(Bytes.utf8(object.requiredText("certificateChain"))));
            return ofPem(blocks);
        }
        throw new FormatException("JSON object without " + TcbInfo.MEMBER + ", " + QeIdentity.MEMBER + " or vcekCert");
    }

    private Endorsements with(List<Certificate> newCertificates, List<RevocationList> newLists) {
        return new Endorsements(newCertificates, newLists, tcbInfos, qeIdentities, table, quote);
    }

    private Endorsements with(Optional<CertificateTable> newTable, Optional<TdxQuote> newQuote) {
        return new Endorsements(certificates, lists, tcbInfos, qeIdentities, newTable, newQuote);
    }

    /**
     * These and those.
     *
     * @throws FormatException if both have a certificate table or a quote, or there are too many certificates
     */
    public Endorsements and(Endorsements that) {
        if (table.isPresent() && that.table.isPresent()) {
            throw new FormatException("two certificate tables, expected one");
        }
        if (quote.isPresent() && that.quote.isPresent()) {
            throw new FormatException("two quotes beside the evidence, expected one");
        }
        return new Endorsements(
                joined(certificates, that.certificates),
                joined(lists, that.lists),
                joined(tcbInfos, that.tcbInfos),
                joined(qeIdentities, that.qeIdentities),
                table.or(that::table),
                quote.or(that::quote));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
