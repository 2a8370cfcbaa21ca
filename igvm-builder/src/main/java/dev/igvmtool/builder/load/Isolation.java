package dev.igvmtool.builder.load;

import dev.igvmtool.builder.manifest.IsolationConfig;

/**
 * What loaders ask of the isolation of a guest.
 *
 * @param type which
 * @param sharedGpaBoundaryBits position of the bit of shared addresses; 0 without one
 */
public record Isolation(Type type, int sharedGpaBoundaryBits) {
    private static final int TDX_BOUNDARY_BITS = 47;

    /** Kinds of isolation, in the order of their numbers for UEFI. */
    public enum Type {
        NONE,
        VBS,
        SNP,
        TDX
    }

    /** The isolation that a guest configuration asks for. */
    public static Isolation of(IsolationConfig config) {
        if (config instanceof IsolationConfig.Snp snp) {
            return new Isolation(Type.SNP, snp.sharedGpaBoundaryBits().orElse(0));
        }
        if (config instanceof IsolationConfig.Tdx) {
            return new Isolation(Type.TDX, TDX_BOUNDARY_BITS);
        }
        return new Isolation(config instanceof IsolationConfig.Vbs ? Type.VBS : Type.NONE, 0);
    }

    /** True for SNP and TDX. */
    public boolean isHardware() {
        return type == Type.SNP || type == Type.TDX;
    }

    /** The address bit of shared pages; 0 without one. */
    public long sharedGpaBoundary() {
        return sharedGpaBoundaryBits == 0 ? 0 : 1L << sharedGpaBoundaryBits;
    }
}
