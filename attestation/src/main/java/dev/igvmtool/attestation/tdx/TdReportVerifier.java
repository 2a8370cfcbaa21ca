package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.measurement.Sha;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a TDREPORT: by its own hashes, and by a quote of the same TD. Without a quote the verdict stays open, as nobody
 * but the platform can check the MAC.
 */
public final class TdReportVerifier {
    private static final String CLAUSE = "TDX module ABI, TDREPORT_STRUCT";

    private TdReportVerifier() {}

    /** @param quote of the same TD, judged elsewhere */
    public static List<Verdict> verify(TdReport report, Optional<TdxQuote> quote) {
        List<Verdict> groups = new ArrayList<>();
        groups.add(new Group(
                "TDREPORT",
                List.of(
                        Check.equal("type", report.type(), TdReport.TYPE_TD, CLAUSE),
                        reserved(report),
                        hash("hash of TEE_TCB_INFO", report.teeTcbInfo(), report.teeTcbInfoHash()),
                        hash("hash of TDINFO", report.tdInfo(), report.teeInfoHash()))));
        groups.add(quote.<Verdict>map(it -> sameTd(report, it))
                .orElseGet(() -> Check.missing(
                        "MAC",
                        CLAUSE,
                        "only the same platform can check it; a quote of the same TD would vouch for the report")));
        return groups;
    }

    private static Check reserved(TdReport report) {
        boolean zero = report.reserved1() == 0
                && report.subtype() == 0
                && report.reserved2().isZero()
                && report.reserved3().isZero()
                && report.reserved4().isZero();
        return Check.equal("reserved bytes", zero ? "zero" : "not zero", "zero", CLAUSE);
    }

    private static Check hash(String name, Bytes content, Bytes expected) {
        String found = Sha.sha384(content).toHex();
        return Check.equal(name, found, expected.toHex(), CLAUSE);
    }

    /** The quote is signed; what it says of the TD must be what the report says. */
    private static Group sameTd(TdReport report, TdxQuote quote) {
        TdReport.TdInfo info = report.info();
        TdBody body = quote.body();
        List<Verdict> checks = new ArrayList<>();
        checks.add(Check.equal(
                "TD attributes", Long.toHexString(info.attributes()), Long.toHexString(body.tdAttributes()), CLAUSE));
        checks.add(Check.equal("XFAM", Long.toHexString(info.xfam()), Long.toHexString(body.xfam()), CLAUSE));
        checks.add(same("MRTD", info.mrTd(), body.mrTd()));
        checks.add(same("MRCONFIGID", info.mrConfigId(), body.mrConfigId()));
        checks.add(same("MROWNER", info.mrOwner(), body.mrOwner()));
        checks.add(same("MROWNERCONFIG", info.mrOwnerConfig(), body.mrOwnerConfig()));
        List<Bytes> rtmrs = List.of(body.rtmr0(), body.rtmr1(), body.rtmr2(), body.rtmr3());
        for (int i = 0; i < rtmrs.size(); i++) {
            checks.add(same("RTMR" + i, info.rtmrs().slice(i * 48, 48), rtmrs.get(i)));
        }
        checks.add(same("REPORTDATA", report.reportData(), body.reportData()));
        return new Group("TDREPORT and quote are of one TD", checks);
    }

    private static Check same(String name, Bytes report, Bytes quote) {
        return Check.equal(name, report.toHex(), quote.toHex(), CLAUSE);
    }
}
