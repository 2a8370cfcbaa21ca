package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;

/**
 * A value of which only some bits count.
 *
 * @param value all bits
 * @param mask as long as the value; set where a bit counts
 */
record Masked(Bytes value, Bytes mask) {
    /** The bits that count, the others zero. */
    String toHex() {
        byte[] bits = value.toByteArray();
        for (int i = 0; i < bits.length; i++) {
            bits[i] &= mask.get(i);
        }
        return Bytes.wrap(bits).toHex();
    }
}
