package dev.igvmtool.attestation;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.explain.Observed;
import dev.igvmtool.attestation.hcl.HclReport;
import dev.igvmtool.attestation.made.MadeAmd;
import dev.igvmtool.attestation.made.MadeCertificates;
import dev.igvmtool.attestation.made.MadeIntel;
import dev.igvmtool.attestation.snp.CertificateTable;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.measurement.Trace;
import dev.igvmtool.measurement.eventlog.EventLog;
import dev.igvmtool.measurement.eventlog.Replay;
import dev.igvmtool.testing.Mutations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Evidence and what vouches for it, damaged: it is judged, or refused by {@link FormatException}. */
class EvidenceFuzzTest {
    private static final MadeAmd AMD = MadeAmd.of(SnpProduct.TURIN, SigningKey.VCEK);
    private static final MadeIntel INTEL = new MadeIntel();
    private static final Verifier VERIFIER =
            new Verifier(Policy.strict(), INTEL.anchors(), Instant.parse("2026-06-01T00:00:00Z"));

    /** A table with VCEK, ASK and ARK, as a host hands it out. */
    private static Bytes table() {
        List<Certificate> chain = AMD.chain(AMD.leaf());
        List<String> guids = List.of(
                "63da758de6644564adc5f4b93be8accd",
                "4ab7b379bbac4fe4a02f05aef327c782",
                "c0b406a4a80349529743" + "3fb6014cd0ae");
        ByteWriter header = new ByteWriter();
        ByteWriter blobs = new ByteWriter();
        int offset = 24 * (guids.size() + 1);
        for (int i = 0; i < guids.size(); i++) {
            Bytes der = chain.get(i).der();
            header.bytes(Bytes.fromHex(guids.get(i))).u32(offset).u32(der.size());
            blobs.bytes(der);
            offset += der.size();
        }
        return header.bytes(Bytes.zeros(24)).bytes(blobs.toBytes()).toBytes();
    }

    private static Bytes snp() {
        return AMD.sign(AMD.report(5));
    }

    private static Bytes hcl() {
        Bytes claims = Bytes.utf8("{\"keys\":[{\"kid\":\"k\",\"kty\":\"RSA\",\"key_ops\":[\"sign\"]}],"
                + "\"vm-configuration\":{\"secure-boot\":true}}");
        return new ByteWriter()
                .bytes(Bytes.utf8("HCLA"))
                .u32(2)
                .u32(0x4d4 + claims.size())
                .u32(2)
                .bytes(Bytes.zeros(16))
                .bytes(snp())
                .u32(20 + claims.size())
                .u32(1)
                .u32(2)
                .u32(1)
                .u32(claims.size())
                .bytes(claims)
                .toBytes();
    }

    private static Bytes snpWithTable() {
        return new ByteWriter().bytes(snp()).bytes(table()).toBytes();
    }

    static Stream<byte[]> evidence() {
        return Stream.of(snp(), snpWithTable(), INTEL.quote(4, false), INTEL.quote(5, true), hcl())
                .map(Bytes::toByteArray);
    }

    static Stream<byte[]> endorsements() {
        return Stream.of(
                        table(),
                        AMD.leaf().certificate().der(),
                        MadeCertificates.pem(INTEL.certificates()),
                        INTEL.lists(7).get(0).der(),
                        INTEL.tcbInfo(),
                        INTEL.qeIdentity())
                .map(Bytes::toByteArray);
    }

    static Stream<byte[]> eventLogs() {
        Bytes digest = Bytes.fromHex("d1".repeat(48));
        ByteWriter log = new ByteWriter().u32(1).u32(3).bytes(Bytes.zeros(20)).u32(33);
        log.bytes(Bytes.utf8("Spec ID Event03\0"))
                .u32(0)
                .u8(0)
                .u8(2)
                .u8(0)
                .u8(2)
                .u32(1)
                .u16(12)
                .u16(48)
                .u8(0);
        for (int register = 1; register <= 4; register++) {
            log.u32(register)
                    .u32(0x8000_0001L)
                    .u32(1)
                    .u16(12)
                    .bytes(digest)
                    .u32(4)
                    .bytes(Bytes.utf8("data"));
        }
        return Stream.of(log.bytes(Bytes.zeros(8)).toBytes().toByteArray());
    }

    private static void eventLogIsReplayed(Bytes bytes) {
        Replay.rtmrs(EventLog.read(bytes).events(), Trace.into(new ArrayList<>()));
    }

    private static void evidenceIsJudged(Bytes bytes) {
        VERIFIER.verify(bytes, Endorsements.NONE, Expectations.NONE);
        Observed.read(bytes);
    }

    private static void endorsementIsRead(Bytes bytes) {
        Endorsements read = Endorsements.read(bytes);
        VERIFIER.verify(snp(), read, Expectations.NONE);
    }

    private static void survives(byte[] input, Consumer<Bytes> reader) {
        try {
            reader.accept(Bytes.wrap(input));
        } catch (FormatException refused) {
            // The documented refusal.
        }
    }

    @MethodSource("evidence")
    @FuzzTest
    void evidenceIsJudgedOrRefused(byte[] input) {
        survives(input, EvidenceFuzzTest::evidenceIsJudged);
    }

    @MethodSource("endorsements")
    @FuzzTest
    void endorsementsAreReadOrRefused(byte[] input) {
        survives(input, EvidenceFuzzTest::endorsementIsRead);
    }

    @MethodSource("eventLogs")
    @FuzzTest
    void eventLogsAreReplayedOrRefused(byte[] input) {
        survives(input, EvidenceFuzzTest::eventLogIsReplayed);
    }

    @Test
    void damagedEventLogsAreReplayedOrRefused() {
        eventLogs().map(Bytes::wrap).forEach(log -> {
            eventLogIsReplayed(log);
            Mutations.allBitFlips(log, EvidenceFuzzTest::eventLogIsReplayed);
            Mutations.allTruncations(log, EvidenceFuzzTest::eventLogIsReplayed);
        });
    }

    @Test
    void damagedEvidenceIsJudgedOrRefused() {
        Bytes quote = INTEL.quote(5, true);
        Mutations.allTruncations(snpWithTable(), Evidence::read);
        Mutations.bitFlips(snpWithTable(), 7, Evidence::read);
        Mutations.allTruncations(quote, TdxQuote::read);
        Mutations.bitFlips(quote, 5, TdxQuote::read);
        Mutations.allTruncations(hcl(), HclReport::read);
        Mutations.allBitFlips(hcl(), HclReport::read);
        Mutations.allTruncations(table(), CertificateTable::read);
        Mutations.bitFlips(table(), 3, CertificateTable::read);
        Mutations.bitFlips(snpWithTable(), 301, EvidenceFuzzTest::evidenceIsJudged);
        Mutations.bitFlips(quote, 301, EvidenceFuzzTest::evidenceIsJudged);
        Mutations.bitFlips(hcl(), 101, EvidenceFuzzTest::evidenceIsJudged);
    }

    @Test
    void damagedEndorsementsAreReadOrRefused() {
        endorsements().map(Bytes::wrap).forEach(sample -> {
            Mutations.bitFlips(sample, 11, Endorsements::read);
            Mutations.allTruncations(sample.slice(0, Math.min(sample.size(), 2000)), Endorsements::read);
        });
    }
}
