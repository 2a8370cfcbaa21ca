package dev.igvmtool.attestation.hcl;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;

/**
 * A report as a guest reads it from NV index 0x01400001 of its virtual TPM.
 *
 * @param header first 32 bytes
 * @param type of the platform's report
 * @param teeReport the platform's report, without padding
 * @param padding behind it
 * @param request what the claims are
 * @param hash that binds the claims
 * @param capabilities bits; 0 in version 1 of the request
 * @param claims run-time claims, JSON, byte for byte
 * @param trailing what stands behind the claims
 */
public record HclReport(
        HclHeader header,
        ReportType type,
        Bytes teeReport,
        Bytes padding,
        RequestData request,
        HashType hash,
        int capabilities,
        Bytes claims,
        Bytes trailing) {
    private static final int TEE_FIELD_BYTES = 1184;
    private static final int VERSION_WITH_CAPABILITIES = 2;

    /** True if the bytes start as such a report does. */
    public static boolean looksLikeReport(Bytes bytes) {
        return bytes.size() >= Integer.BYTES && (int) bytes.u32(0) == HclHeader.SIGNATURE;
    }

    /**
     * Reads a report; hashes and signatures are not judged.
     *
     * @throws FormatException if a size or type is not known, or sizes do not fit each other
     */
    public static HclReport read(Bytes bytes) {
        ByteReader reader = new ByteReader(bytes);
        HclHeader header = HclHeader.CODEC.read(reader);
        if (header.signature() != HclHeader.SIGNATURE) {
            throw new FormatException(String.format(
                    "HCL report starts with 0x%08x, expected 0x%08x (HCLA)", header.signature(), HclHeader.SIGNATURE));
        }
        Bytes field = reader.bytes(TEE_FIELD_BYTES);
        int start = reader.position();
        RequestData request = RequestData.CODEC.read(reader);
        ReportType type = ReportType.of(request.reportType())
                .orElseThrow(() -> new FormatException(
                        "report type of the HCL report is " + request.reportType() + ", expected 1 to 5"));
        HashType hash = HashType.of(request.hashType())
                .orElseThrow(() -> new FormatException(
                        "hash type of the HCL report is " + request.hashType() + ", expected 1 to 3"));
        int capabilities = request.version() >= VERSION_WITH_CAPABILITIES ? (int) reader.u32() : 0;
        int overhead = reader.position() - start;
        if (request.dataSize() != overhead + request.claimsSize()) {
            throw new FormatException(String.format(
                    "request data of the HCL report has 0x%x bytes, expected 0x%x: 0x%x and 0x%x of claims",
                    request.dataSize(), overhead + request.claimsSize(), overhead, request.claimsSize()));
        }
        if (request.claimsSize() > reader.remaining()) {
            throw new FormatException(String.format(
                    "claims of 0x%x bytes at 0x%x, the HCL report has 0x%x left",
                    request.claimsSize(), reader.position(), reader.remaining()));
        }
        Bytes claims = reader.bytes((int) request.claimsSize());
        return new HclReport(
                header,
                type,
                field.slice(0, type.size()),
                field.from(type.size()),
                request,
                hash,
                capabilities,
                claims,
                reader.bytes(reader.remaining()));
    }

    /** Bytes that are in use: everything but what trails. */
    long usedBytes() {
        return HclHeader.CODEC.size() + (long) TEE_FIELD_BYTES + request.dataSize();
    }
}
