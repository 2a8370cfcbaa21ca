package dev.igvmtool.attestation.json;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A JSON text with one object.
 *
 * @param text as it came
 * @param root the object
 */
public record JsonDocument(Bytes text, JsonObject root) {
    /** Stands for the file in messages; its ending says what the parser is to expect. */
    private static final String NAME = "document.json";

    /** True if the first character that is not white space opens an object. */
    public static boolean looksLikeObject(Bytes text) {
        for (int i = 0; i < text.size(); i++) {
            int character = text.u8(i);
            if (character != ' ' && character != '\n' && character != '\r' && character != '\t') {
                return character == '{';
            }
        }
        return false;
    }

    /**
     * Reads a text.
     *
     * @throws FormatException if it is anything but one JSON object
     */
    public static JsonDocument read(Bytes text) {
        try {
            String decoded = DocumentReader.text(NAME, new ByteArrayInputStream(text.toByteArray()));
            return new JsonDocument(
                    text, JsonObject.of(DocumentReader.read(NAME, decoded).root(), ""));
        } catch (DocumentException e) {
            throw new FormatException("not JSON: " + e.getMessage().replace(NAME + ": ", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The text of a member of the top object, byte for byte as it stands: what a signature over the member covers.
     *
     * @throws FormatException if there is no such member
     */
    public Bytes rawMember(String name) {
        return new MemberText(text).of(name).orElseThrow(() -> new FormatException("field " + name + " is missing"));
    }
}
