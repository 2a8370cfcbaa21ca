package dev.igvmtool.attestation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.snp.EndorsementKey;
import dev.igvmtool.attestation.snp.TcbPart;
import dev.igvmtool.attestation.tdx.QeIdentity;
import dev.igvmtool.attestation.tdx.TcbInfo;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of {@code testdata/attestation/README.md} that are of certificates and collateral. */
class SampleValuesTest {
    @ParameterizedTest
    @CsvSource({
        "snp-milan/ask_ark_milan.pem, ARK-Milan, 10000,"
                + " 69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd, 2045-10-22",
        "snp-milan/ask_ark_milan.pem, SEV-Milan, 10001,"
                + " 67d303bd3905fd38db8b20e0793699870e7fa612eaad5dec358293fd8c0bac1b, 2045-10-22",
        "amd-chains/ask_ark_milan_vlek.pem, SEV-VLEK-Milan, 10101,"
                + " c5e081f59b7efab1fe2f8b505e159704e72f29cab7ef7cf628a05a42439082f5, 2047-11-16",
        "amd-chains/ask_ark_milan_vlek.pem, ARK-Milan, 10000,"
                + " 69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd, 2045-10-22",
        "amd-chains/ask_ark_genoa.pem, ARK-Genoa, 20000,"
                + " 4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1, 2047-01-26",
        "amd-chains/ask_ark_genoa.pem, SEV-Genoa, 20002,"
                + " 5464738c1546aed5f2cecf1dc98c5c960a92e8913238a61711bc90ec6e828521, 2047-10-31",
        "amd-chains/ask_ark_turin_vcek.pem, ARK-Turin, 30000,"
                + " 1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a, 2048-05-15",
        "amd-chains/ask_ark_turin_vcek.pem, SEV-Turin, 30001,"
                + " 5b77ef5fe7a7a004fd9032668fba9d0fda22f88c4442069a479636a6ae3b3185, 2048-05-15"
    })
    void issuersAreThoseOfTheTable(String file, String name, String serial, String fingerprint, String until) {
        Certificate certificate = Samples.certificates(file).stream()
                .filter(it -> it.commonName().equals(name))
                .findFirst()
                .orElseThrow();
        assertEquals(fingerprint, certificate.fingerprint());
        assertEquals(new BigInteger(serial, 16), certificate.x509().getSerialNumber());
        assertTrue(certificate.x509().getNotAfter().toInstant().toString().startsWith(until));
    }

    @Test
    void certificateOfTheTurin() {
        Certificate leaf = Certificate.read(Samples.read("amd-chains/vcek_turin.der"));
        EndorsementKey key = EndorsementKey.read(leaf);
        assertEquals("CN=SEV-Turin", leaf.issuer().getName().replaceAll(".*(CN=[^,]*).*", "$1"));
        assertEquals("Turin", key.productName());
        assertEquals(1, key.structVersion());
        assertEquals(Bytes.fromHex("1e550a8ee5cf9f4d"), key.hwid().orElseThrow());
        assertEquals(
                Map.of(TcbPart.FMC, 0, TcbPart.BOOT_LOADER, 0, TcbPart.TEE, 0, TcbPart.SNP, 0, TcbPart.MICROCODE, 9),
                key.tcb().versions());
        assertTrue(leaf.extension("1.3.6.1.4.1.3704.1.3.4").isEmpty());
        assertTrue(leaf.x509().getNotBefore().toInstant().toString().startsWith("2024-11-06"));
        assertTrue(leaf.x509().getNotAfter().toInstant().toString().startsWith("2031-11-06"));
    }

    @Test
    void collateralOfTheQuote() {
        TcbInfo info = TcbInfo.read(Samples.read("tdx-v4/tcbinfo.json"));
        assertEquals("2023-06-18", info.document().issued().toString().substring(0, 10));
        assertEquals("2023-07-18", info.document().nextUpdate().toString().substring(0, 10));
        assertEquals("50806f000000", info.fmspc().toHex());
        assertEquals(
                List.of(5, 5, 2, 2, 3, 1, 0, 3),
                info.levels().get(0).sgxComponents().subList(0, 8));
        QeIdentity identity = QeIdentity.read(Samples.read("tdx-v4/qe-identity.json"));
        assertEquals("2023-07-08", identity.document().nextUpdate().toString().substring(0, 10));
        RevocationList platforms = RevocationList.read(Samples.read("tdx-v4/pck-platform.crl"));
        assertEquals(44, platforms.x509().getRevokedCertificates().size());
        assertTrue(platforms.x509().getNextUpdate().toInstant().toString().startsWith("2023-07-08"));
        RevocationList root = RevocationList.read(Samples.read("tdx-v4/root-ca.crl"));
        assertEquals(null, root.x509().getRevokedCertificates());
        assertTrue(root.x509().getNextUpdate().toInstant().toString().startsWith("2024-04-02"));
        Certificate leaf = TdxQuote.read(Samples.read("tdx-v4/quote.dat"))
                .signature()
                .chain()
                .get(0);
        assertTrue(leaf.x509().getNotAfter().toInstant().toString().startsWith("2029-09-20"));
        assertEquals(null, platforms.x509().getRevokedCertificate(leaf.x509().getSerialNumber()));
    }

    @Test
    void everyCheckCitesAClause() {
        Verifier verifier = new Verifier(Policy.strict(), KnownRoots.anchors(), Instant.parse("2023-07-01T01:00:00Z"));
        Endorsements endorsements = Endorsements.NONE;
        for (String name : List.of(
                "snp-milan/vcek.der",
                "snp-milan/ask_ark_milan.pem",
                "tdx-v4/tcbinfo.json",
                "tdx-v4/qe-identity.json",
                "tdx-v4/tcb-signing-chain.pem",
                "tdx-v4/pck-platform.crl",
                "tdx-v4/root-ca.crl")) {
            endorsements = endorsements.and(Endorsements.read(Samples.read(name)));
        }
        for (String evidence :
                List.of("snp-milan/report.bin", "snp-milan/hcl-report-v2-hash-mismatch.bin", "tdx-v4/quote.dat")) {
            for (Endorsements given : List.of(endorsements, Endorsements.NONE)) {
                List<String> silent =
                        verifier.verify(Samples.read(evidence), given, Expectations.NONE).checks().stream()
                                .filter(check -> check.clause().isEmpty())
                                .map(Check::name)
                                .toList();
                assertEquals(List.of(), silent, evidence);
            }
        }
    }
}
