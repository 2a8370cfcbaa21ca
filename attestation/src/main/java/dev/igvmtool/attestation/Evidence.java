package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.hcl.HclReport;
import dev.igvmtool.attestation.snp.SnpEvidence;
import dev.igvmtool.attestation.snp.SnpReport;
import dev.igvmtool.attestation.tdx.TdReport;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.vbs.VbsReport;

/** Something that a platform says of a machine. Its kind is found out by its content. */
public sealed interface Evidence {
    /** Longer evidence is refused unread. */
    int MAX_BYTES = 4 << 20;

    /** An SNP report, possibly with its certificate table. */
    record Snp(SnpEvidence evidence) implements Evidence {
        @Override
        public String kind() {
            return "SNP report";
        }
    }

    /** A TDX quote. */
    record Tdx(TdxQuote quote) implements Evidence {
        @Override
        public String kind() {
            return "TDX quote";
        }
    }

    /** A TDREPORT, not turned into a quote. */
    record TdxReport(TdReport report) implements Evidence {
        @Override
        public String kind() {
            return "TDREPORT";
        }
    }

    /** A VBS report. */
    record Vbs(VbsReport report) implements Evidence {
        @Override
        public String kind() {
            return "VBS report";
        }
    }

    /** A paravisor's report, with one of the others inside. */
    record Hcl(HclReport report) implements Evidence {
        @Override
        public String kind() {
            return "HCL report";
        }
    }

    /** What it is, for people. */
    String kind();

    /** Whether TDREPORTs have this size and type. */
    private static boolean isTdReport(Bytes bytes) {
        return bytes.size() == TdReport.SIZE && bytes.u8(0) == TdxQuote.TEE_TDX;
    }

    /**
     * Reads evidence of any kind, raw or as hexadecimal or base64 text.
     *
     * @throws FormatException if it is of no known kind, or malformed
     */
    static Evidence read(Bytes given) {
        if (given.size() > MAX_BYTES) {
            throw new FormatException(given.size() + " bytes of evidence, expected at most " + MAX_BYTES);
        }
        Bytes bytes = TextForm.decode(given);
        if (HclReport.looksLikeReport(bytes)) {
            return new Hcl(HclReport.read(bytes));
        }
        if (VbsReport.looksLikeReport(bytes)) {
            return new Vbs(VbsReport.read(bytes));
        }
        if (isTdReport(bytes)) {
            return new TdxReport(TdReport.read(bytes));
        }
        if (TdxQuote.looksLikeQuote(bytes)) {
            return new Tdx(TdxQuote.read(bytes));
        }
        if (bytes.size() >= SnpReport.SIZE) {
            return new Snp(SnpEvidence.read(bytes));
        }
        throw new FormatException(
                bytes.size() + " bytes that are no evidence, expected an SNP report (1184 bytes), a TDX"
                        + " quote, a TDREPORT (1024 bytes), an HCL report or a VBS report (560 bytes)");
    }
}
