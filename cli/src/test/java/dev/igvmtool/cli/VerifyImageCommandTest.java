package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.cli.TestConsole.Outcome;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class VerifyImageCommandTest {
    private static String shared(String name) {
        return SharedTestData.require(name).toString();
    }

    private static final String SIGNED = "golden/signing/openhcl-x64-cvm-dev.signed.bin";
    private static final String CORIM = "golden/signing/openhcl-x64-cvm-dev.corim-signed.bin";

    private static Outcome verify(String image, String... options) {
        String[] args = new String[options.length + 3];
        args[0] = "verify";
        args[1] = "image";
        args[2] = image;
        System.arraycopy(options, 0, args, 3, options.length);
        return TestConsole.run(args);
    }

    @Test
    void theTreeSaysWhatPassedAndWhatWasNotChecked() {
        Outcome outcome = verify(shared("attestation/igvm/mixed-c-signed.igvm"));
        assertEquals(0, outcome.status(), outcome.out());
        assertTrue(outcome.out().startsWith("pass         image"), outcome.out());
        assertTrue(outcome.out().contains("pass         signature: good"), outcome.out());
        assertTrue(outcome.out().contains("not checked  digest of the key: found 870b7e35c53f8a72"), outcome.out());
    }

    @Test
    void keysRootsAndPartsCanBeDemanded() {
        assertEquals(
                0,
                verify(shared(CORIM), "--root", shared("golden/signing/corimkey.crt.pem"), "--at", "2026-11-26")
                        .status());
        assertEquals(
                1,
                verify(shared(CORIM), "--root", shared("golden/signing/corimkey.crt.pem"), "--at", "2025-01-01")
                        .status());
        assertEquals(
                1,
                verify(shared(CORIM), "--root", shared("golden/signing/idkey.crt.pem"))
                        .status());
        assertEquals(
                0,
                verify(shared(CORIM), "--corim-key", shared("golden/signing/corimkey.crt.pem"))
                        .status());
        assertEquals(1, verify(shared(CORIM), "--require", "id-block").status());
        assertEquals(0, verify(shared(SIGNED), "--require", "id-block,corim").status());
        assertEquals(1, verify(shared(SIGNED), "--require", "corim-signature").status());
        assertEquals(1, verify(shared(SIGNED), "--minimum-svn", "1000").status());
        assertEquals(
                1, verify(shared(SIGNED), "--id-key-digest", "00".repeat(48)).status());
        // No certificate in these signatures, no key given: open, which is no pass.
        assertEquals(1, verify(shared("igvm-corpus/good/corim-signed.igvm")).status());
        assertEquals(
                0,
                verify(shared("igvm-corpus/good/corim-signed.igvm"), "--corim-key", shared("igvm-corpus/corim-key.pem"))
                        .status());
    }

    @Test
    void jsonHasTheWholeTree() throws IOException {
        Outcome outcome = verify(shared("igvm-corpus/bad/id-block-wrong-ld.igvm"), "--json", "--at", "2026-11-26");
        assertEquals(1, outcome.status());
        JsonNode json = new ObjectMapper().readTree(outcome.out());
        assertEquals("igvmtool.verify-image/1", json.get("schema").asText());
        assertEquals("fail", json.get("outcome").asText());
        assertEquals("2026-11-26T00:00:00Z", json.get("at").asText());
        assertTrue(json.get("verdict").get("children").size() > 0);
    }

    @Test
    void refusesWhatItCannotUse() {
        for (String[] options : new String[][] {
            {"--at", "yesterday"},
            {"--require", "everything"},
            {"--profile", "tdx"},
            {"--id-key-digest", "abcd"},
            {"--root", shared("golden/signing/idkey.pub.pem")},
            {"--corim-key", shared(SIGNED)}
        }) {
            Outcome outcome = verify(shared(SIGNED), options);
            assertEquals(2, outcome.status(), options[0] + outcome.err());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
        assertEquals(2, verify(shared("golden/signing/idkey.crt.pem")).status());
        assertEquals(2, TestConsole.run("verify").status());
    }
}
