package dev.igvmtool.abi.hv;

import java.util.OptionalInt;

/**
 * {@code HV_INPUT_VTL}: which VTL a call is about.
 *
 * @param value bits 0-3 VTL, bit 4 use it; bit 4 clear means the caller's own VTL
 */
public record TargetVtl(int value) {
    /** The caller's own VTL. */
    public static final TargetVtl CURRENT = new TargetVtl(0);

    /** An explicit VTL. */
    public static TargetVtl explicit(int vtl) {
        return new TargetVtl(0x10 | vtl);
    }

    /** The VTL named, empty for the caller's own. */
    public OptionalInt vtl() {
        return (value & 0x10) == 0 ? OptionalInt.empty() : OptionalInt.of(value & 0xf);
    }
}
