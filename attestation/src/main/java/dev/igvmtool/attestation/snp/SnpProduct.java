package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/**
 * A line of processors, with a key hierarchy of its own.
 *
 * <p>Specification: VCEK certificate and KDS interface (57230); CPUID leaf 1 as in the revision guides.
 */
public enum SnpProduct {
    MILAN("Milan", TcbLayout.MILAN, 64),

    /** Genoa, Bergamo and Siena. */
    GENOA("Genoa", TcbLayout.MILAN, 64),

    TURIN("Turin", TcbLayout.TURIN, 8),

    /** Known by its CPUID only: no roots are known. */
    VENICE("Venice", TcbLayout.TURIN, 8);

    private static final int FAMILY_19 = 0x19;
    private static final int FAMILY_1A = 0x1a;

    private final String kdsName;
    private final TcbLayout layout;
    private final int chipIdBytes;

    SnpProduct(String kdsName, TcbLayout layout, int chipIdBytes) {
        this.kdsName = kdsName;
        this.layout = layout;
        this.chipIdBytes = chipIdBytes;
    }

    /** Name in certificates and addresses of the key distribution service. */
    public String kdsName() {
        return kdsName;
    }

    /** How its TCB versions are laid out. */
    public TcbLayout layout() {
        return layout;
    }

    /** Bytes of a chip id; the rest of the field is zero. */
    public int chipIdBytes() {
        return chipIdBytes;
    }

    /** The product with that combined family and model; empty for others. */
    public static Optional<SnpProduct> ofCpuid(int family, int model) {
        int range = model >>> 4;
        if (family == FAMILY_19) {
            return switch (range) {
                case 0x0 -> Optional.of(MILAN);
                case 0x1, 0xa -> Optional.of(GENOA);
                default -> Optional.empty();
            };
        }
        if (family == FAMILY_1A) {
            return switch (range) {
                case 0x0 -> Optional.of(TURIN);
                case 0x1 -> model <= 0x11 ? Optional.of(TURIN) : Optional.empty();
                case 0x5, 0xc -> (model & 0xf) <= 7 ? Optional.of(VENICE) : Optional.empty();
                case 0x9, 0xa -> Optional.of(VENICE);
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    /** The product of a certificate's product name, {@code Milan-B0} or {@code Turin}. */
    public static Optional<SnpProduct> ofName(String name) {
        for (SnpProduct product : values()) {
            if (name.equals(product.kdsName) || name.startsWith(product.kdsName + "-")) {
                return Optional.of(product);
            }
        }
        return Optional.empty();
    }

    /**
     * The layout that a chip id speaks for: Turin's is short. A masked chip id says nothing.
     *
     * @param chipId 64 bytes
     */
    static Optional<TcbLayout> layoutOfChipId(Bytes chipId) {
        if (chipId.isZero()) {
            return Optional.empty();
        }
        return Optional.of(chipId.from(TURIN.chipIdBytes).isZero() ? TcbLayout.TURIN : TcbLayout.MILAN);
    }
}
