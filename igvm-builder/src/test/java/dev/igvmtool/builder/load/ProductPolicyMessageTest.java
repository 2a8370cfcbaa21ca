package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.manifest.ProductPolicy;
import dev.igvmtool.builder.manifest.ProductPolicy.Kind;
import org.junit.jupiter.api.Test;

class ProductPolicyMessageTest {
    private static final String MAGIC = "088098bd82c5e990a44f";
    private static final Bytes JSON = Bytes.utf8("deadbeef");

    @Test
    void equalsTheVectorsOfTheSpecification() {
        assertEquals(
                MAGIC + "12140a120a10080110012001" + "2a086465616462656566",
                ProductPolicyMessage.of(new ProductPolicy(Kind.SIVM, true, true, false, true, JSON, false))
                        .toHex());
        assertEquals(
                MAGIC + "121612140a12080110012001" + "2a086465616462656566" + "3001",
                ProductPolicyMessage.of(new ProductPolicy(Kind.CWCOW, true, true, false, true, JSON, true))
                        .toHex());
        assertEquals(
                MAGIC + "12020a00",
                ProductPolicyMessage.of(new ProductPolicy(Kind.SIVM, false, false, false, false, Bytes.EMPTY, false))
                        .toHex());
    }

    @Test
    void refusesVariablesWithoutContentAndContentWithoutRoom() {
        ProductPolicy empty = new ProductPolicy(Kind.SIVM, false, true, true, false, Bytes.EMPTY, false);
        assertThrows(ManifestException.class, () -> ProductPolicyMessage.of(empty));
        ProductPolicy large = new ProductPolicy(Kind.SIVM, false, false, false, false, Bytes.zeros(4072), false);
        assertThrows(ManifestException.class, () -> ProductPolicyMessage.of(large));
    }
}
