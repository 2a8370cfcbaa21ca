package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A report with what came with it.
 *
 * @param raw the report's own bytes, over which its signature is checked
 * @param report the same, read
 * @param table certificate table that came with it
 * @param certificates from elsewhere
 * @param lists revocation lists
 */
public record SnpEvidence(
        Bytes raw,
        SnpReport report,
        Optional<CertificateTable> table,
        List<Certificate> certificates,
        List<RevocationList> lists) {
    public SnpEvidence {
        certificates = List.copyOf(certificates);
        lists = List.copyOf(lists);
    }

    /**
     * A report, or a report with its certificate table behind it.
     *
     * @throws FormatException if it is neither
     */
    public static SnpEvidence read(Bytes bytes) {
        if (bytes.size() <= SnpReport.SIZE) {
            return new SnpEvidence(bytes, SnpReport.read(bytes), Optional.empty(), List.of(), List.of());
        }
        Bytes raw = bytes.slice(0, SnpReport.SIZE);
        CertificateTable table;
        try {
            table = CertificateTable.read(bytes.from(SnpReport.SIZE));
        } catch (FormatException e) {
            throw e.in(String.format("what follows the SNP report at 0x%x", SnpReport.SIZE));
        }
        return new SnpEvidence(raw, SnpReport.read(raw), Optional.of(table), List.of(), List.of());
    }

    /** The same with more certificates and lists. */
    public SnpEvidence with(List<Certificate> moreCertificates, List<RevocationList> moreLists) {
        List<Certificate> allCertificates = new ArrayList<>(certificates);
        allCertificates.addAll(moreCertificates);
        List<RevocationList> allLists = new ArrayList<>(lists);
        allLists.addAll(moreLists);
        return new SnpEvidence(raw, report, table, allCertificates, allLists);
    }

    /** The same with a table that came apart from the report. */
    public SnpEvidence with(CertificateTable other) {
        return new SnpEvidence(raw, report, Optional.of(other), certificates, lists);
    }
}
