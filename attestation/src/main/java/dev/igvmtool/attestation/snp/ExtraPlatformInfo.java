package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/**
 * The entry that go-sev-guest adds to a certificate table: size 8, then CPUID leaf 1 EAX. Nobody signs it, so it only says
 * what nothing else does.
 */
final class ExtraPlatformInfo {
    private static final int SIZE = 8;

    private ExtraPlatformInfo() {}

    /** The product it names. */
    static Optional<SnpProduct> product(CertificateTable table) {
        Optional<Bytes> entry = table.find(CertificateGuid.EXTRA_PLATFORM_INFO.text());
        if (entry.isEmpty() || entry.get().size() != SIZE || entry.get().u32(0) != SIZE) {
            return Optional.empty();
        }
        int eax = (int) entry.get().u32(4);
        int family = (eax >>> 8 & 0xf) + (eax >>> 20 & 0xff);
        int model = (eax >>> 12 & 0xf0) | (eax >>> 4 & 0xf);
        return SnpProduct.ofCpuid(family, model);
    }
}
