package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.json.JsonDocument;
import dev.igvmtool.attestation.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A signed document of the provisioning certification service: one member with the content, one with the signature over
 * the content's text as it stands.
 *
 * <p>Specification: Intel PCS API version 4, TCB info and enclave identity.
 *
 * @param content read
 * @param signed text of the content, byte for byte
 * @param signature r and s, 32 bytes each, big endian
 * @param issued when it was made
 * @param nextUpdate until when it is current
 * @param evaluationNumber of the TCB evaluation, rises with each
 */
public record SignedCollateral(
        JsonObject content, Bytes signed, Bytes signature, Instant issued, Instant nextUpdate, long evaluationNumber) {
    // The service writes lower case; one form only, so that no bit of a document can change without notice.
    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{128}");

    /** @param member name of the content */
    static SignedCollateral read(Bytes text, String member) {
        JsonDocument json = JsonDocument.read(text);
        JsonObject document = json.root();
        JsonObject content = document.requiredObject(member);
        String signature = document.requiredText("signature");
        document.refuseOthersThan(Set.of(member, "signature"));
        if (!SIGNATURE.matcher(signature).matches()) {
            throw document.error("signature", "is not 128 hexadecimal digits in lower case");
        }
        return new SignedCollateral(
                content,
                json.rawMember(member),
                Bytes.fromHex(signature),
                time(content, "issueDate"),
                time(content, "nextUpdate"),
                content.requiredNumber("tcbEvaluationDataNumber", Integer.MAX_VALUE));
    }

    private static Instant time(JsonObject content, String name) {
        try {
            return Instant.parse(content.requiredText(name));
        } catch (DateTimeParseException e) {
            throw content.error(name, "is no time in UTC");
        }
    }
}
