package dev.igvmtool.attestation.tdx;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.x509.Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * What a PCK certificate says of the platform.
 *
 * <p>Specification: SGX PCK certificate and CRL profile, SGX extensions (1.2.840.113741.1.13.1).
 *
 * @param ppid platform provisioning id, 16 bytes
 * @param componentSvns 16 numbers
 * @param pceSvn of the provisioning certification enclave
 * @param cpuSvn 16 bytes
 * @param pceId 2 bytes
 * @param fmspc family, model, stepping, platform, custom SKU: 6 bytes
 */
public record PckExtension(
        Bytes ppid, List<Integer> componentSvns, int pceSvn, Bytes cpuSvn, Bytes pceId, Bytes fmspc) {
    /** Of the extension; its parts are numbered below it. */
    public static final String OID = "1.2.840.113741.1.13.1";

    /** Number of SVN components. */
    static final int COMPONENTS = 16;

    private static final int MAX_ENTRIES = 64;

    public PckExtension {
        componentSvns = List.copyOf(componentSvns);
    }

    /**
     * Reads the extension.
     *
     * @throws FormatException if there is none, or a part is missing or malformed
     */
    public static PckExtension read(Certificate certificate) {
        ASN1Encodable value = certificate
                .extension(OID)
                .orElseThrow(() -> new FormatException("certificate extension " + OID + " is missing"))
                .value();
        Map<String, ASN1Encodable> parts = parts(value, OID);
        Map<String, ASN1Encodable> tcb = parts(part(parts, OID + ".2"), OID + ".2");
        List<Integer> components = new ArrayList<>();
        for (int i = 1; i <= COMPONENTS; i++) {
            components.add(integer(tcb, OID + ".2." + i, 0xff));
        }
        return new PckExtension(
                octets(parts, OID + ".1", 16),
                components,
                integer(tcb, OID + ".2.17", 0xffff),
                octets(tcb, OID + ".2.18", 16),
                octets(parts, OID + ".3", 2),
                octets(parts, OID + ".4", 6));
    }

    /** A sequence of pairs of OID and value, by OID. */
    private static Map<String, ASN1Encodable> parts(ASN1Encodable value, String place) {
        Map<String, ASN1Encodable> parts = new HashMap<>();
        if (!(value instanceof ASN1Sequence sequence) || sequence.size() > MAX_ENTRIES) {
            throw new FormatException("certificate extension " + place + " is no sequence");
        }
        for (ASN1Encodable entry : sequence) {
            if (!(entry instanceof ASN1Sequence pair)
                    || pair.size() != 2
                    || !(pair.getObjectAt(0) instanceof ASN1ObjectIdentifier oid)) {
                throw new FormatException("certificate extension " + place + " has an entry that is no pair");
            }
            if (parts.put(oid.getId(), pair.getObjectAt(1)) != null) {
                throw new FormatException("certificate extension " + place + " has " + oid.getId() + " twice");
            }
        }
        return parts;
    }

    private static ASN1Encodable part(Map<String, ASN1Encodable> parts, String oid) {
        ASN1Encodable value = parts.get(oid);
        if (value == null) {
            throw new FormatException("certificate extension " + OID + " lacks " + oid);
        }
        return value;
    }

    private static int integer(Map<String, ASN1Encodable> parts, String oid, int max) {
        if (part(parts, oid) instanceof ASN1Integer number
                && number.getValue().signum() >= 0
                && number.getValue().bitLength() <= 31
                && number.getValue().intValue() <= max) {
            return number.getValue().intValue();
        }
        throw new FormatException("certificate extension " + oid + " is no integer from 0 to " + max);
    }

    private static Bytes octets(Map<String, ASN1Encodable> parts, String oid, int size) {
        if (part(parts, oid) instanceof ASN1OctetString octets && octets.getOctets().length == size) {
            return Bytes.wrap(octets.getOctets());
        }
        throw new FormatException("certificate extension " + oid + " is no octet string of " + size + " bytes");
    }
}
