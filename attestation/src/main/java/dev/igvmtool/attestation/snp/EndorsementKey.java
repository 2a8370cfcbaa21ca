package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.ExtensionValue;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1OctetString;

/**
 * What the certificate of a VCEK or VLEK says of its key, in extensions of its own.
 *
 * <p>Specification: VCEK certificate and KDS interface (57230), VCEK certificate extensions.
 *
 * @param certificate of the key
 * @param structVersion of the extensions
 * @param productName {@code Milan-B0}; without stepping in VLEKs and from Turin on
 * @param tcb versions the key was derived for
 * @param hwid chip id, VCEK only
 * @param cspId provider, VLEK only
 */
public record EndorsementKey(
        Certificate certificate,
        int structVersion,
        String productName,
        TcbVersion tcb,
        Optional<Bytes> hwid,
        Optional<String> cspId) {
    private static final String ARC = "1.3.6.1.4.1.3704.1";
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final Map<TcbPart, String> TCB_OIDS = tcbOids();
    // spl4 to spl7; Turin has no spl4.
    private static final Set<String> RESERVED_OIDS = Set.of(ARC + ".3.4", ARC + ".3.5", ARC + ".3.6", ARC + ".3.7");
    private static final String HWID_OID = ARC + ".4";
    private static final String CSP_ID_OID = ARC + ".5";
    private static final int MAX_HWID_BYTES = 64;

    private static Map<TcbPart, String> tcbOids() {
        Map<TcbPart, String> oids = new LinkedHashMap<>();
        oids.put(TcbPart.BOOT_LOADER, ARC + ".3.1");
        oids.put(TcbPart.TEE, ARC + ".3.2");
        oids.put(TcbPart.SNP, ARC + ".3.3");
        oids.put(TcbPart.MICROCODE, ARC + ".3.8");
        oids.put(TcbPart.FMC, ARC + ".3.9");
        return oids;
    }

    /**
     * Reads the extensions.
     *
     * @throws FormatException if one is missing, malformed or unknown
     */
    public static EndorsementKey read(Certificate certificate) {
        refuseUnknown(certificate);
        EnumMap<TcbPart, Integer> tcb = new EnumMap<>(TcbPart.class);
        TCB_OIDS.forEach((part, oid) -> {
            // Only Turin and later have FMC.
            Optional<ExtensionValue> value =
                    part == TcbPart.FMC ? certificate.extension(oid) : Optional.of(required(certificate, oid));
            value.ifPresent(it -> tcb.put(part, it.integer(0xff)));
        });
        for (String oid : RESERVED_OIDS) {
            certificate.extension(oid).ifPresent(it -> it.integer(0));
        }
        return new EndorsementKey(
                certificate,
                required(certificate, ARC + ".1").integer(Integer.MAX_VALUE),
                required(certificate, ARC + ".2").text(),
                new TcbVersion(tcb),
                certificate.extension(HWID_OID).map(EndorsementKey::hwid),
                certificate.extension(CSP_ID_OID).map(ExtensionValue::text));
    }

    private static void refuseUnknown(Certificate certificate) {
        Set<String> unknown = new TreeSet<>(certificate.extensions());
        unknown.removeAll(TCB_OIDS.values());
        unknown.removeAll(RESERVED_OIDS);
        unknown.removeAll(Set.of(ARC + ".1", ARC + ".2", HWID_OID, CSP_ID_OID, AUTHORITY_KEY_ID));
        if (!unknown.isEmpty()) {
            throw new FormatException("certificate has extensions " + unknown + ", which no endorsement key has");
        }
    }

    private static ExtensionValue required(Certificate certificate, String oid) {
        return certificate
                .extension(oid)
                .orElseThrow(() -> new FormatException("certificate extension " + oid + " is missing"));
    }

    /** Raw bytes as AMD writes them; an octet string around them is accepted. */
    private static Bytes hwid(ExtensionValue value) {
        Bytes raw = value.content();
        if (isHwid(raw)) {
            return raw;
        }
        if (value.value() instanceof ASN1OctetString octets) {
            Bytes inner = Bytes.wrap(octets.getOctets());
            if (isHwid(inner)) {
                return inner;
            }
        }
        throw new FormatException("certificate extension " + HWID_OID + " has " + raw.size()
                + " bytes, expected a chip id of " + MAX_HWID_BYTES + " or " + SnpProduct.TURIN.chipIdBytes());
    }

    private static boolean isHwid(Bytes bytes) {
        return bytes.size() == MAX_HWID_BYTES || bytes.size() == SnpProduct.TURIN.chipIdBytes();
    }

    /** The product whose name the certificate has. */
    public Optional<SnpProduct> product() {
        return SnpProduct.ofName(productName);
    }

    /** True if the key is that of the processor with this id, 64 bytes. */
    public boolean isOfChip(Bytes chipId) {
        return hwid.map(id -> id.paddedTo(chipId.size()).equals(chipId)).orElse(false);
    }
}
