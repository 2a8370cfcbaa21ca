package dev.igvmtool.attestation.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.x509.ExtensionValue;
import dev.igvmtool.testing.Mutations;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionPointsTest {
    // One point with one full name, the URI "ab".
    private static final Bytes POINTS = Bytes.fromHex("300a3008a006a00486026162");

    private static List<String> addresses(Bytes content) {
        return DistributionPoints.addresses(new ExtensionValue("2.5.29.31", content));
    }

    @Test
    void namesAreRead() {
        assertEquals(List.of("ab"), addresses(POINTS));
    }

    @Test
    void malformedOnesHaveNoAddress() {
        // A list of names that says of itself that it is one value.
        assertEquals(List.of(), addresses(Bytes.fromHex("300a3008a006800486026162")));
        Mutations.allBitFlips(POINTS, DistributionPointsTest::addresses);
        Mutations.allTruncations(POINTS, DistributionPointsTest::addresses);
    }
}
