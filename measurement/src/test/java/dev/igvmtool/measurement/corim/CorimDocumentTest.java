package dev.igvmtool.measurement.corim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CorimDocumentTest {
    private static final Bytes DIGEST = Bytes.fromHex(
            "5987c91c61f0c2e8d7a6942ca46b56ba651572b8947956533d84c88cb7d98aaf7f638461e0d3e64a7110d769597540cd");

    @Test
    void encodesTheWorkedVector() {
        String expected = "d901f5a300781e414d442f5345562d534e502f6c61756e63682d6d6561737572656d656e740181d901fa58efa201"
                + "a100782437376538303631652d343633342d356535332d613834382d64316430396539393638343304a2008182a100a2"
                + "0163414d4402675345562d534e5081a2006b4d4541535552454d454e5401a1028182075830"
                + DIGEST.toHex()
                + "08818282a100a20163414d4402675345562d534e5080818281a2006b4d4541535552454d454e5401a1028182075830"
                + DIGEST.toHex()
                + "81a101a101d90228010378"
                + "2c7461673a6d6963726f736f66742e636f6d2c323032363a6c61756e63682d6d6561737572656d656e742f7631";
        Bytes document = CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 1);
        assertEquals(expected, document.toHex());
        assertEquals(330, document.size());
    }

    @Test
    void longerSecurityVersionsTakeMoreBytes() {
        assertEquals(330, CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 23).size());
        assertEquals(331, CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 24).size());
        assertEquals(310, CorimDocument.encode(CorimEnvironment.TDX, DIGEST, 1).size());
        assertEquals(
                304,
                CorimDocument.encode(CorimEnvironment.VBS, Bytes.zeros(32), 1).size());
    }

    @Test
    void refusesADigestOfAnotherAlgorithm() {
        assertThrows(IllegalArgumentException.class, () -> CorimDocument.encode(CorimEnvironment.VBS, DIGEST, 1));
    }

    @ParameterizedTest
    @EnumSource
    void tagIdentitiesAreDerivedFromTheNames(CorimEnvironment environment) throws NoSuchAlgorithmException {
        UUID namespace = UUID.fromString("85f3f1c2-22a8-441e-a1b9-bccfb63ed5f7");
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(ByteBuffer.allocate(16)
                .putLong(namespace.getMostSignificantBits())
                .putLong(namespace.getLeastSignificantBits())
                .flip());
        sha1.update((environment.vendor() + "/" + environment.model()).getBytes(StandardCharsets.UTF_8));
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest());
        long high = hash.getLong() & ~0xf000L | 0x5000L;
        long low = hash.getLong() & ~(3L << 62) | 2L << 62;
        assertEquals(new UUID(high, low).toString(), environment.tagId());
    }
}
