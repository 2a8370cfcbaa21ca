package dev.igvmtool.devicetree.live;

/** The properties that carry the phandle of a node that is given one. */
public enum PhandleFormat {
    /** {@code linux,phandle} only, as before ePAPR. */
    LEGACY(true, false),
    /** {@code phandle} only. */
    EPAPR(false, true),
    BOTH(true, true);

    private final boolean legacy;
    private final boolean epapr;

    PhandleFormat(boolean legacy, boolean epapr) {
        this.legacy = legacy;
        this.epapr = epapr;
    }

    boolean isLegacy() {
        return legacy;
    }

    boolean isEpapr() {
        return epapr;
    }
}
