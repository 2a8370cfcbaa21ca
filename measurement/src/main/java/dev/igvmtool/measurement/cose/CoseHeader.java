package dev.igvmtool.measurement.cose;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.cbor.CborReader;
import dev.igvmtool.measurement.cbor.CborValue;
import dev.igvmtool.measurement.cbor.CborWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The protected header of a signature. Specification: RFC 9052 section 3.1, RFC 9360, RFC 9597, draft-ietf-rats-corim.
 *
 * @param fields all of it
 */
public record CoseHeader(CborValue.Map fields) {
    /** Most certificates of a header: a path has three or four. */
    public static final int MAX_CERTIFICATES = 16;

    private static final long ALGORITHM = 1;
    private static final long CRITICAL = 2;
    private static final long CONTENT_TYPE = 3;
    private static final long CORIM_META = 8;
    private static final long CWT_CLAIMS = 15;
    private static final long X5BAG = 32;
    private static final long X5CHAIN = 33;
    private static final long ISSUER = 1;
    private static final String WHAT = "protected header of COSE_Sign1";

    /**
     * Reads an encoded header; no bytes stand for an empty map.
     *
     * @throws FormatException if it is no map, or says that it must not be read without knowing all of it
     */
    public static CoseHeader read(Bytes encoded) {
        CborValue.Map fields = encoded.isEmpty()
                ? new CborValue.Map(List.of())
                : CborReader.read(encoded).map(WHAT);
        if (fields.get(CRITICAL).isPresent()) {
            throw new FormatException(WHAT + ": has critical headers (2), of which none is known");
        }
        return new CoseHeader(fields);
    }

    /**
     * The header of a new signature, encoded.
     *
     * @param issuer who signs, for the claims; not empty
     * @param chain certificates in DER, that of the signer first; may be none
     */
    public static Bytes encode(CoseAlgorithm algorithm, String contentType, String issuer, List<Bytes> chain) {
        CborWriter out = new CborWriter();
        out.map(chain.isEmpty() ? 3 : 4);
        out.integer(ALGORITHM).integer(algorithm.id());
        out.integer(CONTENT_TYPE).text(contentType);
        out.integer(CWT_CLAIMS).map(1).integer(ISSUER).text(issuer);
        if (chain.size() == 1) {
            out.integer(X5CHAIN).bytes(chain.get(0));
        } else if (!chain.isEmpty()) {
            out.integer(X5CHAIN).array(chain.size());
            chain.forEach(out::bytes);
        }
        return out.toBytes();
    }

    /** Number of the signature algorithm, if there is one. */
    public Optional<Long> algorithm() {
        return fields.get(ALGORITHM).map(value -> value.integer(WHAT + ": algorithm (1)"));
    }

    /** Media type of the payload, if it is said. */
    public Optional<String> contentType() {
        return fields.get(CONTENT_TYPE).map(value -> value.text(WHAT + ": content type (3)"));
    }

    /** Who signed, by the claims. */
    public Optional<String> issuer() {
        return fields.get(CWT_CLAIMS).map(claims -> claims.map(WHAT + ": claims (15)")
                .require(WHAT + ": claims (15)", ISSUER)
                .text(WHAT + ": issuer"));
    }

    /** Whether a map of CoRIM metadata stands in place of claims. */
    public boolean hasCorimMeta() {
        return fields.get(CORIM_META).isPresent();
    }

    /**
     * Certificates in DER, that of the signer first; of an unordered bag, the first is taken for it.
     *
     * @throws FormatException if they are no byte strings, or too many
     */
    public List<Bytes> certificates() {
        Optional<CborValue> value = fields.get(X5CHAIN).or(() -> fields.get(X5BAG));
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof CborValue.ByteString one) {
            return List.of(one.value());
        }
        List<CborValue> several = value.get().array(WHAT + ": certificates");
        if (several.isEmpty() || several.size() > MAX_CERTIFICATES) {
            throw new FormatException(
                    WHAT + ": " + several.size() + " certificates, expected 1 to " + MAX_CERTIFICATES);
        }
        List<Bytes> certificates = new ArrayList<>();
        several.forEach(it -> certificates.add(it.bytes(WHAT + ": certificate")));
        return List.copyOf(certificates);
    }
}
