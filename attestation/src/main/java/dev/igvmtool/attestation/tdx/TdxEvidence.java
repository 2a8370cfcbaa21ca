package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import java.util.List;

/**
 * A quote with what came with it.
 *
 * @param quote read; it keeps the bytes that are signed
 * @param certificates from elsewhere: those that sign collateral
 * @param lists revocation lists
 * @param tcbInfos of this or other platforms
 * @param qeIdentities usually one
 */
public record TdxEvidence(
        TdxQuote quote,
        List<Certificate> certificates,
        List<RevocationList> lists,
        List<TcbInfo> tcbInfos,
        List<QeIdentity> qeIdentities) {
    public TdxEvidence {
        certificates = List.copyOf(certificates);
        lists = List.copyOf(lists);
        tcbInfos = List.copyOf(tcbInfos);
        qeIdentities = List.copyOf(qeIdentities);
    }

    /**
     * A quote alone.
     *
     * @throws FormatException if it is none
     */
    public static TdxEvidence read(Bytes bytes) {
        return new TdxEvidence(TdxQuote.read(bytes), List.of(), List.of(), List.of(), List.of());
    }
}
