package dev.igvmtool.attestation.snp;

import java.util.List;

/**
 * Which byte of a TCB_VERSION is whose.
 *
 * <p>Specification: SEV-SNP firmware ABI, TCB_VERSION.
 */
public enum TcbLayout {
    /** Milan and Genoa, with Bergamo and Siena. */
    MILAN(List.of(
            TcbPart.BOOT_LOADER,
            TcbPart.TEE,
            TcbPart.RESERVED,
            TcbPart.RESERVED,
            TcbPart.RESERVED,
            TcbPart.RESERVED,
            TcbPart.SNP,
            TcbPart.MICROCODE)),

    /** Turin and later. */
    TURIN(List.of(
            TcbPart.FMC,
            TcbPart.BOOT_LOADER,
            TcbPart.TEE,
            TcbPart.SNP,
            TcbPart.RESERVED,
            TcbPart.RESERVED,
            TcbPart.RESERVED,
            TcbPart.MICROCODE));

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
    private final List<TcbPart> parts;

    TcbLayout(List<TcbPart> parts) {
        this.parts = parts;
    }

    /** The part of each of the eight bytes. */
    public List<TcbPart> parts() {
        return parts;
    }
}
