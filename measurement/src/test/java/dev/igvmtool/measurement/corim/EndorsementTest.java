package dev.igvmtool.measurement.corim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EndorsementTest {
    private static final Bytes DIGEST = Bytes.fromHex("ab".repeat(48));

    @Test
    void readsEveryDocumentOfTheReference() throws IOException {
        int read = 0;
        for (Path folder :
                List.of(SharedTestData.require("golden/cases"), SharedTestData.require("attestation/corim"))) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.filter(it -> it.toString().endsWith(".cbor")).toList()) {
                    Bytes document = Bytes.wrap(Files.readAllBytes(file));
                    Endorsement endorsement = Endorsement.read(document);
                    assertEquals(
                            document,
                            CorimDocument.encode(endorsement.environment(), endorsement.digest(), endorsement.svn()),
                            file.toString());
                    read++;
                }
            }
        }
        assertTrue(read > 15, read + " documents");
    }

    @Test
    void keepsLargeSecurityVersions() {
        for (long svn : new long[] {0, 23, 24, 300, 0xffff_ffffL}) {
            assertEquals(
                    new Endorsement(CorimEnvironment.TDX, DIGEST, svn),
                    Endorsement.read(CorimDocument.encode(CorimEnvironment.TDX, DIGEST, svn)));
        }
    }

    @Test
    void aDocumentHasOneEncodingOnly() {
        Bytes document = CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 5);
        Endorsement original = Endorsement.read(document);
        Mutations.allTruncations(document, it -> {
            Endorsement.read(it);
            throw new AssertionError("a part is read as the whole");
        });
        // The text of the document's own id says nothing; letters of the tag's id may be of either case.
        int tagId = document.toHex().indexOf("37376538") / 2;
        for (int bit = 8 * 38; bit < document.size() * 8; bit++) {
            if (bit % 8 == 5 && bit / 8 >= tagId && bit / 8 < tagId + 36) {
                continue;
            }
            byte[] damaged = document.toByteArray();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertNotEquals(original, Endorsement.read(Bytes.wrap(damaged)), "bit " + bit);
            } catch (FormatException expected) {
                // Refused, which is as good.
            }
        }
    }

    @Test
    void refusesWhatIsNotOfTheProfile() {
        String good = CorimDocument.encode(CorimEnvironment.SNP, DIGEST, 5).toHex();
        refused("expected tag 501", good.replaceFirst("d901f5", "d901f6"));
        refused("tag of the CoRIM is tag 507", good.replaceFirst("d901fa", "d901fb"));
        refused("SVN is tag 553", good.replace("d9022805", "d9022905"));
        refused("expected MEASUREMENT, 7 and 48", good.replace("81820758", "81820658"));
        refused("profile of the CoRIM is another", good.replace("7633", "7634").replace("2f7631", "2f7632"));
        refused("tag id of the CoMID is another", good.replaceFirst("37376538", "37376539"));
        refused("nested deeper", "81".repeat(10_000) + "00");
        refused("ends where an item must be", "");
    }

    private static void refused(String message, String hex) {
        String found = assertThrows(FormatException.class, () -> Endorsement.read(Bytes.fromHex(hex)))
                .getMessage();
        assertTrue(found.contains(message), found);
    }
}
