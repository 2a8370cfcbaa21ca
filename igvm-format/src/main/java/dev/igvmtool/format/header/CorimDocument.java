package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code IGVM_VHS_CORIM_DOCUMENT}: an endorsement of the image, a CBOR CoRIM.
 *
 * @param compatibilityMask platforms the header is for
 * @param document encoded CoRIM; not looked into
 */
public record CorimDocument(int compatibilityMask, Bytes document) implements InitializationHeader {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.corimDocument(this);
    }
}
