package dev.igvmtool.attestation.image;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.SnpPublicKey;
import dev.igvmtool.measurement.Sha;

/** Keys in the firmware's own form, 1028 bytes: curve, X and Y of 72 bytes each, zeros. */
final class PspKey {
    private static final int SIZE = 1028;

    private PspKey() {}

    /** What reports name a key by: SHA-384 of the firmware's form. */
    static Bytes digest(SnpPublicKey key) {
        Bytes form = new ByteWriter()
                .u32(key.curve())
                .bytes(key.qx())
                .bytes(key.qy())
                .toBytes()
                .paddedTo(SIZE);
        return Bytes.wrap(Sha.sha384().digest(form.toByteArray()));
    }
}
