package dev.igvmtool.abi.linux;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code cc_blob_sev_info}, 40 bytes: where an SNP guest finds its secrets and CPUID pages.
 *
 * @param magic {@link #MAGIC}
 * @param version 0
 * @param reserved zero
 * @param secretsPhys address of the secrets page
 * @param secretsLen 4096
 * @param reserved1 zero
 * @param cpuidPhys address of the CPUID page
 * @param cpuidLen 4096
 * @param reserved2 zero
 */
public record CcBlob(
        @U32 int magic,
        @U16 int version,
        @U16 int reserved,
        @U64 long secretsPhys,
        @U32 long secretsLen,
        @U32 int reserved1,
        @U64 long cpuidPhys,
        @U32 long cpuidLen,
        @U32 int reserved2) {
    public static final Codec<CcBlob> CODEC = Codec.of(CcBlob.class, lookup());

    /** "AMDE" as the structure stores it. */
    public static final int MAGIC = 0x4544_4d41;

    /** The blob for a secrets page and a CPUID page of 4096 bytes each. */
    public CcBlob(long secretsPhys, long cpuidPhys) {
        this(MAGIC, 0, 0, secretsPhys, 4096, 0, cpuidPhys, 4096, 0);
    }
}
