package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The certificate table of an extended guest request: what the host hands out beside the report.
 *
 * <p>Specification: GHCB (56421), SNP extended guest request.
 *
 * @param entries in the order of the table
 */
public record CertificateTable(List<Entry> entries) {
    private static final int ENTRY_BYTES = 24;
    private static final int MAX_ENTRIES = 64;
    private static final int MAX_BYTES = 1 << 20;

    public CertificateTable {
        entries = List.copyOf(entries);
    }

    /**
     * One blob.
     *
     * @param guid in its text form, lower case
     * @param content usually a certificate in DER
     */
    public record Entry(String guid, Bytes content) {}

    /**
     * Reads a table; no bytes at all are an empty one.
     *
     * @throws FormatException if the table has no end, or an entry lies elsewhere than behind the entries
     */
    public static CertificateTable read(Bytes bytes) {
        if (bytes.isEmpty()) {
            return new CertificateTable(List.of());
        }
        if (bytes.size() > MAX_BYTES) {
            throw new FormatException("certificate table of " + bytes.size() + " bytes, expected at most " + MAX_BYTES);
        }
        ByteReader reader = new ByteReader(bytes);
        List<Header> headers = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        while (true) {
            Bytes raw = reader.bytes(ENTRY_BYTES);
            if (raw.isZero()) {
                break;
            }
            Header header = new Header(guid(raw), raw.u32(16), raw.u32(20));
            if (!seen.add(header.guid)) {
                throw new FormatException("certificate table has " + header.guid + " twice");
            }
            if (headers.size() == MAX_ENTRIES) {
                throw new FormatException("certificate table with more than " + MAX_ENTRIES + " entries");
            }
            headers.add(header);
        }
        int start = reader.position();
        return new CertificateTable(
                headers.stream().map(header -> header.entry(bytes, start)).toList());
    }

    private record Header(String guid, long offset, long length) {
        Entry entry(Bytes table, int start) {
            if (offset < start || offset + length > table.size()) {
                throw new FormatException(String.format(
                        "certificate %s lies at 0x%x to 0x%x, expected within 0x%x to 0x%x of the table",
                        guid, offset, offset + length, start, table.size()));
            }
            return new Entry(guid, table.slice((int) offset, (int) length));
        }
    }

    /** The bytes stand in the order of the text. */
    private static String guid(Bytes entry) {
        String hex = entry.slice(0, 16).toHex();
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
    }

    /** The blob of a GUID. */
    public Optional<Bytes> find(String guid) {
        return entries.stream()
                .filter(entry -> entry.guid().equals(guid))
                .map(Entry::content)
                .findFirst();
    }
}
