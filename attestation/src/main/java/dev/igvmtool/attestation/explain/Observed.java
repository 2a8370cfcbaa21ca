package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Evidence;
import dev.igvmtool.attestation.hcl.HclReport;
import dev.igvmtool.attestation.snp.SnpReport;
import dev.igvmtool.attestation.tdx.TdReport;
import dev.igvmtool.attestation.vbs.VbsReport;
import dev.igvmtool.format.header.PlatformType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A digest that somebody measured.
 *
 * @param digest 48 or 32 bytes
 * @param platforms on which it can have been measured
 * @param source where it comes from, for people
 */
public record Observed(Bytes digest, List<PlatformType> platforms, String source) {
    private static final int SHA384_BYTES = 48;
    private static final int SHA256_BYTES = 32;
    private static final int MAX_TEXT = 256;
    private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{64}|[0-9a-fA-F]{96}");

    public Observed {
        platforms = List.copyOf(platforms);
    }

    /**
     * The launch digest of evidence, or a digest in hexadecimal text.
     *
     * @throws FormatException if the bytes are neither
     */
    public static Observed read(Bytes bytes) {
        if (bytes.size() <= MAX_TEXT) {
            String text = new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1).strip();
            if (DIGEST.matcher(text).matches()) {
                return ofDigest(Bytes.fromHex(text));
            }
        }
        return of(Evidence.read(bytes));
    }

    /**
     * A digest of which only the length says what platforms it can be of.
     *
     * @throws FormatException if no platform has such digests
     */
    public static Observed ofDigest(Bytes digest) {
        return switch (digest.size()) {
            case SHA384_BYTES -> new Observed(digest, List.of(PlatformType.SEV_SNP, PlatformType.TDX), "digest");
            case SHA256_BYTES ->
                new Observed(
                        digest, List.of(PlatformType.VSM_ISOLATION, PlatformType.SEV, PlatformType.SEV_ES), "digest");
            default ->
                throw new FormatException(
                        "digest of " + digest.size() + " bytes, expected " + SHA384_BYTES + " or " + SHA256_BYTES);
        };
    }

    private static Observed of(Evidence evidence) {
        if (evidence instanceof Evidence.Snp snp) {
            return snp(snp.evidence().report());
        }
        if (evidence instanceof Evidence.Tdx tdx) {
            return new Observed(tdx.quote().body().mrTd(), List.of(PlatformType.TDX), "MRTD of the TDX quote");
        }
        if (evidence instanceof Evidence.TdxReport report) {
            return tdx(report.report());
        }
        if (evidence instanceof Evidence.Vbs vbs) {
            return vbs(vbs.report());
        }
        HclReport hcl = ((Evidence.Hcl) evidence).report();
        return switch (hcl.type()) {
            case SNP -> snp(SnpReport.read(hcl.teeReport()));
            case TDX -> tdx(TdReport.read(hcl.teeReport()));
            case VBS -> vbs(VbsReport.read(hcl.teeReport()));
            case TRUSTED_LAUNCH, CCA ->
                throw new FormatException("HCL report of kind " + hcl.type() + ", which has no launch digest");
        };
    }

    private static Observed snp(SnpReport report) {
        return new Observed(report.measurement(), List.of(PlatformType.SEV_SNP), "MEASUREMENT of the SNP report");
    }

    private static Observed tdx(TdReport report) {
        return new Observed(report.info().mrTd(), List.of(PlatformType.TDX), "MRTD of the TDREPORT");
    }

    private static Observed vbs(VbsReport report) {
        return new Observed(report.measurement(), List.of(PlatformType.VSM_ISOLATION), "measurement of the VBS report");
    }
}
