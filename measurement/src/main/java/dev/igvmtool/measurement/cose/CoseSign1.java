package dev.igvmtool.measurement.cose;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.measurement.cbor.CborReader;
import dev.igvmtool.measurement.cbor.CborValue;
import dev.igvmtool.measurement.cbor.CborWriter;
import java.util.List;
import java.util.Optional;

/**
 * {@code COSE_Sign1_Tagged}: a signature, with or without its payload. Specification: RFC 9052 section 4.2.
 *
 * @param protectedHeader encoded map, kept as it is: it is signed
 * @param unprotectedHeader other headers
 * @param payload empty if it is detached
 * @param signature as the algorithm has it
 */
public record CoseSign1(
        Bytes protectedHeader, CborValue.Map unprotectedHeader, Optional<Bytes> payload, Bytes signature) {
    /** Longer ones are refused unread. */
    public static final int MAX_BYTES = 1 << 24;

    private static final long TAG = 18;

    /**
     * Reads a signature.
     *
     * @throws FormatException if it is none, or its protected header is no map
     */
    public static CoseSign1 read(Bytes encoded) {
        if (encoded.size() > MAX_BYTES) {
            throw new FormatException("COSE_Sign1 of " + encoded.size() + " bytes, expected at most " + MAX_BYTES);
        }
        List<CborValue> parts =
                CborReader.read(encoded).tagged("COSE_Sign1", TAG).array("COSE_Sign1", 4);
        CborValue payload = parts.get(2);
        boolean detached = payload.equals(new CborValue.Simple(CborValue.NULL));
        CoseSign1 signature = new CoseSign1(
                parts.get(0).bytes("protected header of COSE_Sign1"),
                parts.get(1).map("unprotected header of COSE_Sign1"),
                detached ? Optional.empty() : Optional.of(payload.bytes("payload of COSE_Sign1")),
                parts.get(3).bytes("signature of COSE_Sign1"));
        signature.header();
        return signature;
    }

    /**
     * The protected header, read.
     *
     * @throws FormatException if it is no map
     */
    public CoseHeader header() {
        return CoseHeader.read(protectedHeader);
    }

    /** The same without payload, as IGVM files hold it. */
    public CoseSign1 detached() {
        return new CoseSign1(protectedHeader, unprotectedHeader, Optional.empty(), signature);
    }

    /** The same with a payload. */
    public CoseSign1 bundledWith(Bytes content) {
        return new CoseSign1(protectedHeader, unprotectedHeader, Optional.of(content), signature);
    }

    /** The encoding; that of what was read, but for lengths that were not shortest. */
    public Bytes toBytes() {
        CborWriter out =
                new CborWriter().tag(TAG).array(4).bytes(protectedHeader).value(unprotectedHeader);
        if (payload.isPresent()) {
            out.bytes(payload.get());
        } else {
            out.nil();
        }
        return out.bytes(signature).toBytes();
    }

    /** {@code Sig_structure}: what is signed, with no external data. */
    public static Bytes toBeSigned(Bytes protectedHeader, Bytes content) {
        return new CborWriter()
                .array(4)
                .text("Signature1")
                .bytes(protectedHeader)
                .bytes(Bytes.EMPTY)
                .bytes(content)
                .toBytes();
    }

    /** What is signed if {@code content} is the payload. */
    public Bytes toBeSigned(Bytes content) {
        return toBeSigned(protectedHeader, content);
    }
}
