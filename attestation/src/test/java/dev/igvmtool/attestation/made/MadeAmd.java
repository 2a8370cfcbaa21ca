package dev.igvmtool.attestation.made;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.made.MadeCertificates.Draft;
import dev.igvmtool.attestation.made.MadeCertificates.Identity;
import dev.igvmtool.attestation.snp.SigningKey;
import dev.igvmtool.attestation.snp.SnpProduct;
import dev.igvmtool.attestation.snp.SnpReport;
import dev.igvmtool.attestation.snp.TcbLayout;
import dev.igvmtool.attestation.snp.TcbPart;
import dev.igvmtool.attestation.snp.TcbVersion;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.TrustAnchors;
import java.security.KeyPair;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERIA5String;

/**
 * A key hierarchy of AMD's form for one product, with a chip that signs reports.
 *
 * @param product whose names it has
 * @param root ARK
 * @param intermediate ASK, or ASVK
 */
public record MadeAmd(SnpProduct product, SigningKey kind, Identity root, Identity intermediate) {
    /** Serial number of every made intermediate. */
    public static final long INTERMEDIATE_SERIAL = 0x7001;

    private static final String ARC = "1.3.6.1.4.1.3704.1";
    private static final KeyPair ROOT_KEYS = MadeCertificates.rsa();
    private static final KeyPair INTERMEDIATE_KEYS = MadeCertificates.rsa();
    private static final Map<SnpProduct, KeyPair> CHIP_KEYS = new java.util.concurrent.ConcurrentHashMap<>();

    /** A hierarchy of that product for keys of that kind. */
    public static MadeAmd of(SnpProduct product, SigningKey kind) {
        return of(product, kind, it -> it);
    }

    /** The same with another intermediate. */
    public static MadeAmd of(SnpProduct product, SigningKey kind, UnaryOperator<Draft> intermediate) {
        String name = product.kdsName();
        String lists = "https://kdsintf.amd.com/%s/v1/" + name + "/crl";
        Identity root = new Draft(name("ARK-" + name), ROOT_KEYS)
                .serial(0x7000)
                .authority()
                .listAddress(String.format(lists, "vcek"))
                .selfSigned();
        boolean vlek = kind == SigningKey.VLEK;
        Draft draft = new Draft(name((vlek ? "SEV-VLEK-" : "SEV-") + name), INTERMEDIATE_KEYS)
                .serial(INTERMEDIATE_SERIAL)
                .authority()
                .listAddress(String.format(lists, vlek ? "vlek" : "vcek"));
        return new MadeAmd(product, kind, root, intermediate.apply(draft).by(root));
    }

    private static String name(String commonName) {
        return "CN=" + commonName + ",O=Advanced Micro Devices,ST=CA,L=Santa Clara,C=US,OU=Engineering";
    }

    /** Trusts the root of this hierarchy only. */
    public TrustAnchors anchors() {
        return TrustAnchors.of(List.of(root.certificate()));
    }

    private KeyPair chipKeys() {
        return CHIP_KEYS.computeIfAbsent(product, it -> MadeCertificates.ec("secp384r1"));
    }

    /** A chip id as this product has them. */
    public Bytes chipId() {
        return Bytes.fromHex("c1".repeat(product.chipIdBytes())).paddedTo(64);
    }

    /** A TCB version that no two components share. */
    public TcbVersion tcb() {
        Map<TcbPart, Integer> parts = new java.util.EnumMap<>(
                Map.of(TcbPart.BOOT_LOADER, 4, TcbPart.TEE, 1, TcbPart.SNP, 22, TcbPart.MICROCODE, 72));
        if (product.layout() == TcbLayout.TURIN) {
            parts.put(TcbPart.FMC, 3);
        }
        return new TcbVersion(parts);
    }

    /** The eight bytes of a version. */
    public Bytes raw(TcbVersion version) {
        byte[] raw = new byte[8];
        for (int i = 0; i < raw.length; i++) {
            TcbPart part = product.layout().parts().get(i);
            raw[i] = (byte) (part == TcbPart.RESERVED ? 0 : version.version(part));
        }
        return Bytes.wrap(raw);
    }

    /** Certificate of the signing key, for this chip and TCB version. */
    public Identity leaf() {
        return leaf(it -> it);
    }

    /** The same, changed. */
    public Identity leaf(UnaryOperator<Draft> change) {
        boolean vlek = kind == SigningKey.VLEK;
        Draft draft = new Draft(name(kind.commonName()), chipKeys())
                .serial(0)
                .extension(ARC + ".1", new ASN1Integer(product.layout() == TcbLayout.TURIN ? 1 : 0))
                .extension(
                        ARC + ".2",
                        new DERIA5String(
                                product.kdsName() + (vlek || product.layout() == TcbLayout.TURIN ? "" : "-B1")))
                .extension(ARC + ".3.1", new ASN1Integer(tcb().version(TcbPart.BOOT_LOADER)))
                .extension(ARC + ".3.2", new ASN1Integer(tcb().version(TcbPart.TEE)))
                .extension(ARC + ".3.3", new ASN1Integer(tcb().version(TcbPart.SNP)))
                .extension(ARC + ".3.5", new ASN1Integer(0))
                .extension(ARC + ".3.6", new ASN1Integer(0))
                .extension(ARC + ".3.7", new ASN1Integer(0))
                .extension(ARC + ".3.8", new ASN1Integer(tcb().version(TcbPart.MICROCODE)));
        if (product.layout() == TcbLayout.TURIN) {
            draft.extension(ARC + ".3.9", new ASN1Integer(tcb().version(TcbPart.FMC)));
        } else {
            draft.extension(ARC + ".3.4", new ASN1Integer(0));
        }
        if (vlek) {
            draft.extension(ARC + ".5", new DERIA5String("made-provider"));
        } else {
            draft.rawExtension(ARC + ".4", chipId().slice(0, product.chipIdBytes()));
        }
        return change.apply(draft).by(intermediate);
    }

    /** Everything that vouches for a leaf. */
    public List<Certificate> chain(Identity leaf) {
        return List.of(leaf.certificate(), intermediate.certificate(), root.certificate());
    }

    /** A report of the given version that fits this chip; not signed yet. */
    public MadeReport report(int version) {
        boolean cpuid = version >= 3;
        boolean turin = product.layout() == TcbLayout.TURIN;
        MadeReport report = new MadeReport();
        report.u32(0x00, version);
        report.u32(0x04, 7);
        report.u64(0x08, 0x20000 | 1 << 8 | 0x37);
        report.u32(0x34, 1);
        report.u64(0x40, version >= 5 ? 0xa4 : version >= 3 ? 0x24 : 4);
        report.u32(0x48, kind == SigningKey.VLEK ? 1 << 2 : 0);
        report.bytes(0x50, Bytes.fromHex("0d".repeat(64)));
        report.bytes(0x90, Bytes.fromHex("4d".repeat(48)));
        report.bytes(0x140, Bytes.fromHex("1d".repeat(32)));
        report.bytes(0x160, Bytes.fromHex("ff".repeat(32)));
        for (int offset : new int[] {0x38, 0x180, 0x1e0, 0x1f0}) {
            report.bytes(offset, raw(tcb()));
        }
        if (cpuid) {
            report.u8(0x188, turin ? 0x1a : 0x19)
                    .u8(0x189, product == SnpProduct.MILAN ? 1 : turin ? 2 : 0x11)
                    .u8(0x18a, 1);
        }
        report.bytes(0x1a0, chipId());
        for (int offset : new int[] {0x1e8, 0x1ec}) {
            report.u8(offset, 21).u8(offset + 1, 55).u8(offset + 2, 1);
        }
        if (version >= 5) {
            report.u64(0x1f8, 0xf).u64(0x200, 0xf);
        }
        return report;
    }

    /** Signs with the chip's key. */
    public Bytes sign(MadeReport report) {
        byte[] content = report.toArray();
        try {
            Signature signer = Signature.getInstance("SHA384withECDSAinP1363Format");
            signer.initSign(chipKeys().getPrivate());
            signer.update(content, 0, SnpReport.SIGNED_BYTES);
            byte[] rs = signer.sign();
            for (int i = 0; i < 48; i++) {
                content[0x2a0 + i] = rs[47 - i];
                content[0x2a0 + 72 + i] = rs[95 - i];
            }
            return Bytes.wrap(content);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
