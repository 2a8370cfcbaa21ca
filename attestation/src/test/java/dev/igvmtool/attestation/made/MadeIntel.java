package dev.igvmtool.attestation.made;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.made.MadeCertificates.Draft;
import dev.igvmtool.attestation.made.MadeCertificates.Identity;
import dev.igvmtool.attestation.tdx.PckExtension;
import dev.igvmtool.attestation.tdx.QeIdentity;
import dev.igvmtool.attestation.tdx.QuoteHeader;
import dev.igvmtool.attestation.tdx.SgxReport;
import dev.igvmtool.attestation.tdx.TcbInfo;
import dev.igvmtool.attestation.tdx.TdBody;
import dev.igvmtool.attestation.tdx.TdBody15;
import dev.igvmtool.attestation.tdx.TdxEvidence;
import dev.igvmtool.attestation.tdx.TdxQuote;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.RevocationList;
import dev.igvmtool.attestation.x509.TrustAnchors;
import dev.igvmtool.measurement.Sha;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/** A key hierarchy of Intel's form with a platform that makes quotes, and its collateral. What may vary are its parts. */
public final class MadeIntel {
    /** Serial numbers of the made certificates. */
    public static final long PCK_SERIAL = 0x8002;

    public static final long CA_SERIAL = 0x8001;
    public static final String ALGORITHM = "SHA256WITHECDSA";
    private static final String PLACE = ",O=Intel Corporation,L=Santa Clara,ST=CA,C=US";
    private static final Instant FROM = Instant.parse("2026-05-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2026-07-01T00:00:00Z");

    private final KeyPair attestationKeys = MadeCertificates.ec("secp256r1");
    private final KeyPair pckKeys = MadeCertificates.ec("secp256r1");
    public final Identity root = new Draft("CN=Intel SGX Root CA" + PLACE, MadeCertificates.ec("secp256r1"))
            .serial(0x8000)
            .authority()
            .algorithm(ALGORITHM)
            .selfSigned();
    public final Identity ca = new Draft("CN=Intel SGX PCK Platform CA" + PLACE, MadeCertificates.ec("secp256r1"))
            .serial(CA_SERIAL)
            .authority()
            .algorithm(ALGORITHM)
            .by(root);
    public final Identity signer = new Draft("CN=Intel SGX TCB Signing" + PLACE, MadeCertificates.ec("secp256r1"))
            .serial(0x8003)
            .algorithm(ALGORITHM)
            .by(root);

    /** Changes to what is made; each is the identity at first. */
    public UnaryOperator<Draft> pck = it -> it;

    public List<Integer> components = List.of(5, 5, 2, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0);
    public int pceSvn = 11;
    public Bytes fmspc = Bytes.fromHex("50806f000000");
    public Bytes teeTcbSvn = Bytes.fromHex("05010500000000000000000000000000");
    public Bytes mrTd = Bytes.fromHex("4d".repeat(48));
    public long attributes = 1L << 28;
    public int isvSvn = 4;
    public Bytes authenticationData = Bytes.fromHex("000102030405060708090a0b0c0d0e0f");

    /** Levels of TCB info, each {@code STATUS:SVN}; the SVN is that of component 0. */
    public List<String> levels = List.of("UpToDate:5", "SWHardeningNeeded:4", "OutOfDate:2", "Revoked:0");

    /** Levels of the TDX module, each {@code STATUS:SVN}. */
    public List<String> moduleLevels = List.of("UpToDate:5", "OutOfDate:2");

    public Instant issued = FROM;
    public Instant nextUpdate = UNTIL;

    public TrustAnchors anchors() {
        return TrustAnchors.of(List.of(root.certificate()));
    }

    private Identity pck() {
        Draft draft = new Draft("CN=Intel SGX PCK Certificate" + PLACE, pckKeys)
                .serial(PCK_SERIAL)
                .algorithm(ALGORITHM)
                .extension(PckExtension.OID, sgxExtension());
        return pck.apply(draft).by(ca);
    }

    private ASN1Encodable sgxExtension() {
        ASN1EncodableVector tcb = new ASN1EncodableVector();
        for (int i = 0; i < components.size(); i++) {
            tcb.add(pair(".2." + (i + 1), new ASN1Integer(components.get(i))));
        }
        tcb.add(pair(".2.17", new ASN1Integer(pceSvn)));
        tcb.add(pair(".2.18", new DEROctetString(new byte[16])));
        ASN1EncodableVector all = new ASN1EncodableVector();
        all.add(pair(".1", new DEROctetString(new byte[16])));
        all.add(pair(".2", new DERSequence(tcb)));
        all.add(pair(".3", new DEROctetString(new byte[2])));
        all.add(pair(".4", new DEROctetString(fmspc.toByteArray())));
        all.add(pair(".5", new ASN1Enumerated(1)));
        return new DERSequence(all);
    }

    private static ASN1Encodable pair(String suffix, ASN1Encodable value) {
        return new DERSequence(new ASN1Encodable[] {new ASN1ObjectIdentifier(PckExtension.OID + suffix), value});
    }

    /** A quote of version 4, of version 5 with the old body, or of version 5 with that of TDX 1.5. */
    public Bytes quote(int version, boolean body15) {
        ByteWriter out = new ByteWriter();
        Bytes vendor = Bytes.fromHex("939a7233f79c4ca9940a0db3957f0607");
        QuoteHeader.CODEC.write(out, new QuoteHeader(version, 2, 0x81, 0, 0, vendor, Bytes.zeros(20)));
        if (version == 5) {
            out.u16(body15 ? 3 : 2).u32(body15 ? 648 : 584);
        }
        Bytes zeros = Bytes.zeros(48);
        TdBody.CODEC.write(
                out,
                new TdBody(
                        teeTcbSvn,
                        zeros,
                        zeros,
                        Bytes.zeros(8),
                        attributes,
                        0x61ae7,
                        mrTd,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        Bytes.fromHex("0d".repeat(64))));
        if (body15) {
            TdBody15.CODEC.write(out, new TdBody15(Bytes.fromHex("05".repeat(16)), Bytes.fromHex("5e".repeat(48))));
        }
        Bytes signed = out.toBytes();
        Bytes signature = signatureData(sign(attestationKeys, signed));
        return new ByteWriter()
                .bytes(signed)
                .u32(signature.size())
                .bytes(signature)
                .toBytes();
    }

    private Bytes signatureData(Bytes quoteSignature) {
        Bytes key = point(attestationKeys);
        MessageDigest binding = Sha.sha256();
        Sha.update(binding, key);
        Sha.update(binding, authenticationData);
        Bytes report = SgxReport.CODEC.toBytes(new SgxReport(
                Bytes.zeros(16),
                Bytes.zeros(4),
                Bytes.zeros(28),
                Bytes.fromHex("1500000000000000e700000000000000"),
                Bytes.zeros(32),
                Bytes.zeros(32),
                Bytes.fromHex("dc".repeat(32)),
                Bytes.zeros(96),
                2,
                isvSvn,
                Bytes.zeros(60),
                Bytes.wrap(binding.digest()).paddedTo(64)));
        Bytes pem = MadeCertificates.pem(List.of(pck().certificate(), ca.certificate(), root.certificate()));
        Bytes certification = new ByteWriter()
                .bytes(report)
                .bytes(sign(pckKeys, report))
                .u16(authenticationData.size())
                .bytes(authenticationData)
                .u16(5)
                .u32(pem.size())
                .bytes(pem)
                .toBytes();
        return new ByteWriter()
                .bytes(quoteSignature)
                .bytes(key)
                .u16(6)
                .u32(certification.size())
                .bytes(certification)
                .toBytes();
    }

    private static Bytes point(KeyPair keys) {
        ECPublicKey key = (ECPublicKey) keys.getPublic();
        return new ByteWriter()
                .bytes(number(key.getW().getAffineX()))
                .bytes(number(key.getW().getAffineY()))
                .toBytes();
    }

    private static Bytes number(BigInteger value) {
        String hex = value.toString(16);
        return Bytes.fromHex("0".repeat(64 - hex.length()) + hex);
    }

    private static Bytes sign(KeyPair keys, Bytes content) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(keys.getPrivate());
            signer.update(content.toByteArray());
            return Bytes.wrap(signer.sign());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** TCB info for this platform. */
    public Bytes tcbInfo() {
        String module = "\"mrsigner\":\"" + "00".repeat(48) + "\",\"attributes\":\"" + "00".repeat(8)
                + "\",\"attributesMask\":\"" + "FF".repeat(8) + "\"";
        String content = "{\"id\":\"TDX\",\"version\":3," + dates() + ",\"fmspc\":\"" + fmspc.toHex()
                + "\",\"pceId\":\"0000\",\"tcbType\":0,\"tcbEvaluationDataNumber\":17,\"tdxModule\":{" + module
                + "},\"tdxModuleIdentities\":[{\"id\":\"TDX_01\"," + module + ",\"tcbLevels\":["
                + levels(moduleLevels, svn -> "{\"isvsvn\":" + svn + "}") + "]}],\"tcbLevels\":["
                + levels(
                        levels,
                        svn -> "{\"sgxtcbcomponents\":[" + components(svn) + "],\"pcesvn\":" + pceSvn
                                + ",\"tdxtcbcomponents\":[" + components("0") + "]}")
                + "]}";
        return document(TcbInfo.MEMBER, content);
    }

    private static String components(String first) {
        return IntStream.range(0, 16)
                .mapToObj(i -> "{\"svn\":" + (i == 0 ? first : "0") + "}")
                .collect(Collectors.joining(","));
    }

    private static String levels(List<String> levels, UnaryOperator<String> tcb) {
        return levels.stream()
                .map(level -> level.split(":"))
                .map(level -> "{\"tcb\":" + tcb.apply(level[1])
                        + ",\"tcbDate\":\"2026-03-01T00:00:00Z\",\"tcbStatus\":\""
                        + level[0] + "\""
                        + (level[0].equals("UpToDate") ? "" : ",\"advisoryIDs\":[\"MADE-SA-" + level[1] + "\"]") + "}")
                .collect(Collectors.joining(","));
    }

    private String dates() {
        return "\"issueDate\":\"" + issued + "\",\"nextUpdate\":\"" + nextUpdate + "\"";
    }

    /** Identity of the quoting enclave. */
    public Bytes qeIdentity() {
        return document(
                QeIdentity.MEMBER,
                "{\"id\":\"TD_QE\",\"version\":2," + dates()
                        + ",\"tcbEvaluationDataNumber\":17,\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\","
                        + "\"attributes\":\"11000000000000000000000000000000\","
                        + "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":\"" + "DC".repeat(32)
                        + "\",\"isvprodid\":2,\"tcbLevels\":["
                        + levels(List.of("UpToDate:4", "OutOfDate:1"), svn -> "{\"isvsvn\":" + svn + "}") + "]}");
    }

    private Bytes document(String member, String content) {
        String signature = sign(signer.keys(), Bytes.utf8(content)).toHex();
        return Bytes.utf8("{\"" + member + "\":" + content + ",\"signature\":\"" + signature + "\"}");
    }

    /** Both lists, with these serial numbers. */
    public List<RevocationList> lists(long... serials) {
        return List.of(
                MadeCertificates.list(root, ALGORITHM, FROM, UNTIL, serials),
                MadeCertificates.list(ca, ALGORITHM, FROM, UNTIL, serials));
    }

    /** Certificates that do not come with the quote. */
    public List<Certificate> certificates() {
        return List.of(signer.certificate(), root.certificate());
    }

    /** A quote with everything that vouches for it. */
    public TdxEvidence evidence(Bytes quote, RevocationList... lists) {
        return new TdxEvidence(
                TdxQuote.read(quote),
                certificates(),
                List.of(lists),
                List.of(TcbInfo.read(tcbInfo())),
                List.of(QeIdentity.read(qeIdentity())));
    }
}
