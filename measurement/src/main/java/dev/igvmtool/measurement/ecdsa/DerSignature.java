package dev.igvmtool.measurement.ecdsa;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.math.BigInteger;

/** {@code ECDSA-Sig-Value}: a signature in DER. Specification: RFC 3279 section 2.2.3, X.690. */
record DerSignature(BigInteger r, BigInteger s) {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int LONG_FORM = 0x80;

    /**
     * Reads it strictly.
     *
     * @param numberBytes most bytes of a number
     */
    static DerSignature read(Bytes der, int numberBytes) {
        try {
            ByteReader reader = new ByteReader(der);
            Bytes content = element(reader, SEQUENCE);
            if (reader.remaining() > 0) {
                throw new FormatException(reader.remaining() + " bytes behind the signature");
            }
            ByteReader numbers = new ByteReader(content);
            DerSignature signature = new DerSignature(number(numbers, numberBytes), number(numbers, numberBytes));
            if (numbers.remaining() > 0) {
                throw new FormatException("more than two numbers");
            }
            return signature;
        } catch (FormatException e) {
            throw e.in("the ECDSA signature in DER");
        }
    }

    private static BigInteger number(ByteReader reader, int numberBytes) {
        Bytes content = element(reader, INTEGER);
        boolean padded = content.size() > 1 && content.get(0) == 0 && content.get(1) >= 0;
        if (content.isEmpty() || content.get(0) < 0 || padded) {
            throw new FormatException("a number that is empty, negative or longer than it needs");
        }
        BigInteger number = new BigInteger(content.toByteArray());
        if (number.bitLength() > numberBytes * Byte.SIZE) {
            throw new FormatException(
                    "a number of " + number.bitLength() + " bits, expected at most " + numberBytes * Byte.SIZE);
        }
        return number;
    }

    private static Bytes element(ByteReader reader, int tag) {
        int found = reader.u8();
        if (found != tag) {
            throw new FormatException(String.format("DER tag 0x%02x, expected 0x%02x", found, tag));
        }
        int length = reader.u8();
        if (length == (LONG_FORM | 1)) {
            length = reader.u8();
            if (length < LONG_FORM) {
                throw new FormatException("a length in more bytes than it needs");
            }
        } else if (length >= LONG_FORM) {
            throw new FormatException(String.format("DER length 0x%02x, expected less than 256 bytes", length));
        }
        return reader.bytes(length);
    }
}
