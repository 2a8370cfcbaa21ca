package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code IGVM_VHS_CORIM_SIGNATURE}: the signature over the document of the same platforms, a COSE_Sign1 with detached payload.
 *
 * @param compatibilityMask platforms the header is for
 * @param signature encoded COSE_Sign1; not looked into
 */
public record CorimSignature(int compatibilityMask, Bytes signature) implements InitializationHeader {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.corimSignature(this);
    }
}
