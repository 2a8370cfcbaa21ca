package dev.igvmtool.format.header;

import dev.igvmtool.abi.binary.Bytes;

/**
 * {@code IGVM_VHS_VP_CONTEXT}: the initial state of one processor. The platform decides the form of the content:
 * {@link dev.igvmtool.format.context.VbsVpContext} for {@code VSM_ISOLATION}, a VMSA for SNP and SEV-ES,
 * {@link dev.igvmtool.format.context.NativeVpContext} for NATIVE and SEV, a REC context for CCA; TDX has none.
 *
 * @param gpa where the VMSA goes; 0 on platforms without one
 * @param compatibilityMask the one platform it is for
 * @param vpIndex which processor
 * @param content state as stored: {@code 4 + 32 * n} bytes for VBS, 4096 for all others (shorter is padded with zeros)
 */
public record VpContext(long gpa, int compatibilityMask, int vpIndex, Bytes content) implements Directive {
    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.vpContext(this);
    }
}
