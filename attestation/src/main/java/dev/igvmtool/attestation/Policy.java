package dev.igvmtool.attestation;

import dev.igvmtool.attestation.hcl.HclPolicy;
import dev.igvmtool.attestation.snp.SnpPolicy;
import dev.igvmtool.attestation.tdx.TdxPolicy;
import dev.igvmtool.attestation.vbs.VbsPolicy;

/**
 * What evidence must say beyond being genuine, for each kind of it.
 *
 * @param snp for SNP reports
 * @param tdx for TDX quotes
 * @param vbs for VBS reports
 * @param hcl for the claims of HCL reports
 */
public record Policy(SnpPolicy snp, TdxPolicy tdx, VbsPolicy vbs, HclPolicy hcl) {
    /** A policy that allows nothing and asks for nothing else. */
    public static Policy strict() {
        return new Policy(SnpPolicy.strict(), TdxPolicy.strict(), VbsPolicy.strict(), HclPolicy.none());
    }
}
