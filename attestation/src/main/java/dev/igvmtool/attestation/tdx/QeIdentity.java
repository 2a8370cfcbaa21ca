package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.json.JsonObject;
import java.util.List;

/**
 * What the quoting enclave must be.
 *
 * <p>Specification: Intel PCS API version 4, get TD QE identity.
 *
 * @param document with signature and dates
 * @param id {@code TD_QE}
 * @param version 2
 * @param miscSelect under the mask
 * @param miscSelectMask of MISCSELECT
 * @param attributes under the mask
 * @param attributesMask of ATTRIBUTES
 * @param signer MRSIGNER
 * @param productId ISVPRODID
 * @param levels in descending order
 */
public record QeIdentity(
        SignedCollateral document,
        String id,
        int version,
        Bytes miscSelect,
        Bytes miscSelectMask,
        Bytes attributes,
        Bytes attributesMask,
        Bytes signer,
        int productId,
        List<TcbLevel> levels) {
    /** Name of the member with the content. */
    public static final String MEMBER = "enclaveIdentity";

    public QeIdentity {
        levels = List.copyOf(levels);
    }

    /**
     * Reads the document; its signature is not checked.
     *
     * @throws FormatException if it is not an enclave identity
     */
    public static QeIdentity read(Bytes text) {
        SignedCollateral document = SignedCollateral.read(text, MEMBER);
        JsonObject content = document.content();
        return new QeIdentity(
                document,
                content.requiredText("id"),
                (int) content.requiredNumber("version", 0xff),
                content.requiredHex("miscselect", 4),
                content.requiredHex("miscselectMask", 4),
                content.requiredHex("attributes", 16),
                content.requiredHex("attributesMask", 16),
                content.requiredHex("mrsigner", 32),
                (int) content.requiredNumber("isvprodid", 0xffff),
                TcbLevel.ofIdentity(content));
    }
}
