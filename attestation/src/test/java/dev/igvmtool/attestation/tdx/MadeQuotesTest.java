package dev.igvmtool.attestation.tdx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Samples;
import dev.igvmtool.attestation.made.MadeIntel;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.x509.RevocationList;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What no sample exists of, made: version 5, platforms with a TCB level, revoked and expired things. */
class MadeQuotesTest {
    private static final Instant AT = Instant.parse("2026-06-01T00:00:00Z");

    private static MadeIntel made(Consumer<MadeIntel> change) {
        MadeIntel intel = new MadeIntel();
        change.accept(intel);
        return intel;
    }

    private static Group verify(MadeIntel intel, Bytes quote, TdxPolicy policy, RevocationList... lists) {
        return new Group("quote", new TdxVerifier(policy, intel.anchors(), AT).verify(intel.evidence(quote, lists)));
    }

    private static Group verify(Consumer<MadeIntel> change, TdxPolicy policy) {
        MadeIntel intel = made(change);
        return verify(intel, intel.quote(4, false), policy);
    }

    private static List<String> failures(Consumer<MadeIntel> change) {
        return Samples.failures(verify(change, TdxPolicy.strict()));
    }

    private static TdxPolicy allowing(TcbStatus... statuses) {
        return TdxPolicy.builder()
                .statuses(EnumSet.of(TcbStatus.UP_TO_DATE, statuses))
                .build();
    }

    @Test
    void everyVersionAndBodyPasses() {
        MadeIntel intel = new MadeIntel();
        for (Bytes quote : List.of(intel.quote(4, false), intel.quote(5, false), intel.quote(5, true))) {
            Group verdict =
                    verify(intel, quote, TdxPolicy.strict(), intel.lists(99).toArray(RevocationList[]::new));
            assertEquals(List.of(), Samples.failures(verdict));
            assertEquals(List.of(), Samples.open(verdict));
            assertEquals("UpToDate", Samples.check(verdict, "status").found());
        }
        TdxPolicy bound = TdxPolicy.builder()
                .field(TdxField.MR_SERVICE_TD, Set.of(Bytes.fromHex("5e".repeat(48))))
                .build();
        assertEquals(List.of(), Samples.failures(verify(intel, intel.quote(5, true), bound)));
        assertEquals(List.of("mr_service_td"), Samples.failures(verify(intel, intel.quote(5, false), bound)));
    }

    @Test
    void formsThatAreNotKnownAreRefused() {
        byte[] quote = new MadeIntel().quote(5, true).toByteArray();
        record Damage(int offset, int value, String message) {}
        for (Damage damage : List.of(
                new Damage(0, 3, "quote version is 3"),
                new Damage(0, 6, "quote version is 6"),
                new Damage(2, 3, "attestation key type of the quote is 3"),
                new Damage(4, 0, "TEE type of the quote is 0x0"),
                new Damage(48, 1, "body type of the quote is 1"),
                new Damage(48, 4, "body type of the quote is 4"),
                new Damage(50, 0x89, "body of type 3 has"),
                new Damage(54 + 648, 0xff, "signature data"),
                new Damage(54 + 648 + 4 + 128, 5, "type of certification data is 5"))) {
            byte[] damaged = quote.clone();
            damaged[damage.offset()] = (byte) damage.value();
            String message = assertThrows(FormatException.class, () -> TdxQuote.read(Bytes.wrap(damaged)))
                    .getMessage();
            assertTrue(message.contains(damage.message()), message);
        }
        // Size of the authentication data 0xFFFF.
        int authentication = 54 + 648 + 4 + 128 + 6 + 384 + 64;
        quote[authentication] = (byte) 0xff;
        quote[authentication + 1] = (byte) 0xff;
        assertThrows(FormatException.class, () -> TdxQuote.read(Bytes.wrap(quote)));
    }

    @Test
    void worstStatusOfAllPartsCounts() {
        assertEquals(List.of(), failures(intel -> {}));
        Group hardening = verify(intel -> intel.components = components(4), TdxPolicy.strict());
        assertEquals(List.of("TCB level of the platform", "status"), Samples.failures(hardening));
        assertEquals("SWHardeningNeeded", Samples.check(hardening, "status").found());
        assertEquals("MADE-SA-4", Samples.check(hardening, "advisories").found());
        Consumer<MadeIntel> both = intel -> {
            intel.components = components(4);
            intel.teeTcbSvn = Bytes.fromHex("03010500000000000000000000000000");
        };
        Group module = verify(both, allowing(TcbStatus.SW_HARDENING_NEEDED));
        assertEquals(List.of("TCB level of the TDX module", "status"), Samples.failures(module));
        assertEquals("OutOfDate", Samples.check(module, "status").found());
        assertEquals(
                List.of(),
                Samples.failures(verify(both, allowing(TcbStatus.SW_HARDENING_NEEDED, TcbStatus.OUT_OF_DATE))));
        assertEquals(List.of("TCB level of the quoting enclave", "status"), failures(intel -> intel.isvSvn = 2));
        Group none = verify(intel -> intel.isvSvn = 0, TdxPolicy.strict());
        assertEquals(List.of("TCB level of the quoting enclave"), Samples.failures(none));
        assertEquals(List.of("status"), Samples.open(none));
    }

    private static List<Integer> components(int first) {
        return List.of(first, 5, 2, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void revokedLevelNeverPasses() {
        TdxPolicy everything =
                TdxPolicy.builder().statuses(EnumSet.allOf(TcbStatus.class)).build();
        assertEquals(
                List.of("TCB level of the platform", "status"),
                Samples.failures(verify(intel -> intel.components = components(1), everything)));
    }

    @Test
    void moduleOfUnknownVersionFails() {
        Group verdict = verify(
                intel -> intel.teeTcbSvn = Bytes.fromHex("05020500000000000000000000000000"), TdxPolicy.strict());
        assertEquals(List.of("TDX module"), Samples.failures(verdict));
        assertEquals(List.of("status"), Samples.open(verdict));
        // Version 0 has no identity of its own.
        assertEquals(List.of(), failures(intel -> intel.teeTcbSvn = Bytes.fromHex("05000500000000000000000000000000")));
    }

    @Test
    void revokedCertificatesFail() {
        MadeIntel intel = new MadeIntel();
        Bytes quote = intel.quote(4, false);
        assertEquals(
                List.of("serial 0x8002"),
                Samples.failures(verify(
                        intel,
                        quote,
                        TdxPolicy.strict(),
                        intel.lists(MadeIntel.PCK_SERIAL).toArray(RevocationList[]::new))));
        assertEquals(
                List.of("serial 0x8001"),
                Samples.failures(verify(
                        intel,
                        quote,
                        TdxPolicy.strict(),
                        intel.lists(MadeIntel.CA_SERIAL).toArray(RevocationList[]::new))));
        assertEquals(
                List.of("serial 0x8003", "serial 0x8003"),
                Samples.failures(verify(
                        intel, quote, TdxPolicy.strict(), intel.lists(0x8003).toArray(RevocationList[]::new))));
        TdxPolicy strict = TdxPolicy.builder().revocationRequired(true).build();
        assertEquals(Outcome.NOT_CHECKED, verify(intel, quote, strict).outcome());
    }

    @Test
    void collateralMustBeCurrentAndSignedAndOfThisPlatform() {
        assertEquals(
                List.of("current", "current"),
                failures(intel -> intel.nextUpdate = Instant.parse("2026-05-31T00:00:00Z")));
        assertEquals(
                List.of("current", "current"), failures(intel -> intel.issued = Instant.parse("2026-06-02T00:00:00Z")));
        MadeIntel intel = new MadeIntel();
        Bytes quote = intel.quote(4, false);
        intel.fmspc = Bytes.fromHex("112233445566");
        assertEquals(List.of("FMSPC"), Samples.failures(verify(intel, quote, TdxPolicy.strict())));
        MadeIntel other = new MadeIntel();
        TdxEvidence mixed = new TdxEvidence(
                TdxQuote.read(quote),
                intel.certificates(),
                List.of(),
                List.of(TcbInfo.read(other.tcbInfo())),
                List.of(QeIdentity.read(intel.qeIdentity())));
        assertEquals(
                List.of("signature"),
                Samples.failures(
                        new Group("quote", new TdxVerifier(TdxPolicy.strict(), intel.anchors(), AT).verify(mixed))));
    }

    @Test
    void signaturesAreChecked() {
        MadeIntel intel = new MadeIntel();
        MadeIntel other = new MadeIntel();
        byte[] quote = intel.quote(4, false).toByteArray();
        byte[] foreign = other.quote(4, false).toByteArray();
        // Signature and key of another quote: good over the body, but nobody vouches for the key.
        System.arraycopy(foreign, 0x27c, quote, 0x27c, 128);
        assertEquals(
                List.of("attestation key in the report of the quoting enclave"),
                Samples.failures(verify(intel, Bytes.wrap(quote), TdxPolicy.strict())));
        byte[] zeros = intel.quote(4, false).toByteArray();
        java.util.Arrays.fill(zeros, 0x27c, 0x27c + 32, (byte) 0);
        assertEquals(
                List.of("quote, by the attestation key"),
                Samples.failures(verify(intel, Bytes.wrap(zeros), TdxPolicy.strict())));
        byte[] offCurve = intel.quote(4, false).toByteArray();
        offCurve[0x27c + 64] ^= 1;
        assertTrue(Samples.failures(verify(intel, Bytes.wrap(offCurve), TdxPolicy.strict()))
                .containsAll(List.of("attestation key", "quote, by the attestation key")));
    }

    @Test
    void pckCertificateMustBeIntels() {
        assertEquals(
                List.of("validity"),
                failures(intel -> intel.pck = draft -> draft.until(Instant.parse("2026-05-31T00:00:00Z"))));
        assertEquals(List.of("signature"), failures(intel -> intel.pck = draft -> draft.algorithm("SHA1WITHECDSA")));
        MadeIntel intel = new MadeIntel();
        Group verdict = new Group(
                "quote",
                new TdxVerifier(TdxPolicy.strict(), new MadeIntel().anchors(), AT)
                        .verify(intel.evidence(intel.quote(4, false))));
        assertEquals(List.of("trusted root", "trusted root", "trusted root"), Samples.failures(verdict));
    }

    @Test
    void policyDecides() {
        assertEquals(List.of("debug"), failures(intel -> intel.attributes |= TdAttributes.DEBUG));
        assertEquals(
                List.of(),
                Samples.failures(verify(
                        intel -> intel.attributes |= TdAttributes.DEBUG,
                        TdxPolicy.builder().debugAllowed(true).build())));
        assertEquals(List.of("TD attributes"), failures(intel -> intel.attributes |= TdAttributes.MIGRATABLE));
        assertEquals(
                List.of(),
                Samples.failures(verify(
                        intel -> intel.attributes = TdAttributes.MIGRATABLE,
                        TdxPolicy.builder()
                                .field(TdxField.TD_ATTRIBUTES, Set.of(Bytes.fromHex("0000002000000000")))
                                .build())));
        for (TdxField field : TdxField.values()) {
            TdxPolicy wrong = TdxPolicy.builder()
                    .field(field, Set.of(Bytes.fromHex("a7".repeat(field.size()))))
                    .build();
            MadeIntel intel = new MadeIntel();
            List<String> failures = Samples.failures(verify(intel, intel.quote(5, true), wrong));
            assertEquals(List.of(field.text()), failures);
        }
        TdxPolicy.Builder svn = TdxPolicy.builder().minimumTeeTcbSvn(Bytes.fromHex("05020000000000000000000000000000"));
        assertEquals(List.of("minimum TEE_TCB_SVN"), Samples.failures(verify(intel -> {}, svn.build())));
        assertEquals(
                List.of("minimum QE SVN", "minimum PCE SVN"),
                Samples.failures(verify(
                        intel -> {},
                        TdxPolicy.builder().minimumQeSvn(1).minimumPceSvn(1).build())));
        assertEquals(
                List.of("QE vendor"),
                Samples.failures(verify(
                        intel -> {},
                        TdxPolicy.builder().qeVendorId(Bytes.zeros(16)).build())));
        assertEquals(
                List.of("TCB evaluation", "TCB evaluation"),
                Samples.failures(verify(
                        intel -> {},
                        TdxPolicy.builder().minimumEvaluationNumber(18).build())));
        assertEquals(
                List.of("advisories"),
                Samples.failures(verify(
                        intel -> intel.components = components(4),
                        TdxPolicy.builder()
                                .statuses(EnumSet.of(TcbStatus.UP_TO_DATE, TcbStatus.SW_HARDENING_NEEDED))
                                .forbiddenAdvisories(Set.of("MADE-SA-4"))
                                .build())));
    }
}
