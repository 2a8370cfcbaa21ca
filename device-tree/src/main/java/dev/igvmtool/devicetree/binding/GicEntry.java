package dev.igvmtool.devicetree.binding;

import dev.igvmtool.abi.binary.GpaRange;
import java.util.Optional;

/**
 * Interrupt controller of an aarch64 machine, GIC version 3.
 *
 * @param redistributorStride bytes from one redistributor to the next
 */
public record GicEntry(GpaRange distributor, GpaRange redistributors, long redistributorStride) {
    /** Where the distributor is if the host does not say. */
    public static final long DISTRIBUTOR_GPA = 0xffff_0000L;

    /** Where the redistributors are if the host does not say. */
    public static final long REDISTRIBUTORS_GPA = 0xeffe_e000L;

    private static final long DISTRIBUTOR_BYTES = 0x1_0000;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000;

    /** A controller of the sizes that the architecture gives it. */
    public static GicEntry of(long distributor, long redistributors, int processors) {
        return new GicEntry(
                GpaRange.ofSize(distributor, DISTRIBUTOR_BYTES),
                GpaRange.ofSize(redistributors, REDISTRIBUTOR_BYTES * processors),
                REDISTRIBUTOR_BYTES);
    }

    /** What the shim assumes of a host that says nothing. */
    public static GicEntry standard(int processors) {
        return of(DISTRIBUTOR_GPA, REDISTRIBUTORS_GPA, processors);
    }

    /** Why the shim does not take this controller: only addresses may differ from what it knows. Empty if it does. */
    public Optional<String> objection(int processors) {
        GicEntry expected = standard(processors);
        return differs("distributor", distributor.size(), expected.distributor.size())
                .or(() -> differs("redistributors", redistributors.size(), expected.redistributors.size()))
                .or(() -> differs("stride of redistributors", redistributorStride, expected.redistributorStride));
    }

    private static Optional<String> differs(String what, long found, long expected) {
        return found == expected
                ? Optional.empty()
                : Optional.of(String.format("%s of the GIC has 0x%x bytes, expected 0x%x", what, found, expected));
    }
}
