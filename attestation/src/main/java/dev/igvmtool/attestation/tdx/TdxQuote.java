package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.Optional;

/**
 * A TDX quote of version 4 or 5.
 *
 * <p>Specification: TDX DCAP quoting library, quote format.
 *
 * @param header first 48 bytes
 * @param body what is said of the TD
 * @param body15 what TDX 1.5 adds; version 5 only
 * @param signed the bytes that the quote's signature covers, as they are
 * @param signature who signed
 * @param trailing what stands behind the signature data, which nobody signs
 */
public record TdxQuote(
        QuoteHeader header,
        TdBody body,
        Optional<TdBody15> body15,
        Bytes signed,
        QuoteSignature signature,
        Bytes trailing) {
    /** TEE type of TDX. */
    public static final long TEE_TDX = 0x81;

    private static final int VERSION_4 = 4;
    private static final int VERSION_5 = 5;
    private static final int ECDSA_P256 = 2;
    private static final int BODY_10 = 2;
    private static final int BODY_15 = 3;

    /** True if the bytes start as a quote does. */
    public static boolean looksLikeQuote(Bytes bytes) {
        return bytes.size() >= QuoteHeader.CODEC.size()
                && bytes.u16(0) >= 3
                && bytes.u16(0) <= 9
                // An SNP report starts with a version of 32 bits.
                && bytes.u16(2) != 0
                && (bytes.u32(4) == TEE_TDX || bytes.u32(4) == 0);
    }

    /**
     * Reads a quote; signatures and values are not judged.
     *
     * @throws FormatException if it is of another version or kind, or its sizes do not fit each other
     */
    public static TdxQuote read(Bytes bytes) {
        ByteReader reader = new ByteReader(bytes);
        QuoteHeader header = QuoteHeader.CODEC.read(reader);
        if (header.version() != VERSION_4 && header.version() != VERSION_5) {
            throw new FormatException("quote version is " + header.version() + ", expected 4 or 5");
        }
        if (header.teeType() != TEE_TDX) {
            throw new FormatException(
                    String.format("TEE type of the quote is 0x%x, expected 0x81 (TDX)", header.teeType()));
        }
        if (header.attestationKeyType() != ECDSA_P256) {
            throw new FormatException("attestation key type of the quote is " + header.attestationKeyType()
                    + ", expected 2 (ECDSA P-256)");
        }
        boolean has15 = header.version() == VERSION_5 && bodyDescriptor(reader);
        TdBody body = TdBody.CODEC.read(reader);
        Optional<TdBody15> body15 = has15 ? Optional.of(TdBody15.CODEC.read(reader)) : Optional.empty();
        Bytes signed = bytes.slice(0, reader.position());
        long size = reader.u32();
        if (size > reader.remaining()) {
            throw new FormatException(String.format(
                    "signature data of 0x%x bytes at 0x%x, the quote has 0x%x left",
                    size, reader.position(), reader.remaining()));
        }
        QuoteSignature signature = QuoteSignature.read(reader.bytes((int) size));
        return new TdxQuote(header, body, body15, signed, signature, reader.bytes(reader.remaining()));
    }

    /** Version 5 says what body follows; true for that of TDX 1.5. */
    private static boolean bodyDescriptor(ByteReader reader) {
        int type = reader.u16();
        long size = reader.u32();
        if (type != BODY_10 && type != BODY_15) {
            throw new FormatException("body type of the quote is " + type + ", expected 2 (TDX 1.0) or 3 (TDX 1.5)");
        }
        int expected = TdBody.CODEC.size() + (type == BODY_15 ? TdBody15.CODEC.size() : 0);
        if (size != expected) {
            throw new FormatException("body of type " + type + " has " + size + " bytes, expected " + expected);
        }
        return type == BODY_15;
    }

    /** The report of the quoting enclave. */
    public SgxReport qeReport() {
        return SgxReport.CODEC.read(signature.qeReport());
    }
}
