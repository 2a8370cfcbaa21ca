package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.AssertVirtualInterruptInput;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import java.util.OptionalInt;

/** {@code HvCallAssertVirtualInterrupt}: makes a fixed interrupt pending on one VP, by its APIC id. */
final class AssertVirtualInterrupt implements Hypercall {
    private static final long TYPE_MASK = 0xffff_ffffL;
    private static final int LOWEST_VECTOR = 16;
    private static final int HIGHEST_VECTOR = 255;

    @Override
    public HypercallCode code() {
        return HypercallCode.ASSERT_VIRTUAL_INTERRUPT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(AssertVirtualInterruptInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        AssertVirtualInterruptInput input = frame.header(AssertVirtualInterruptInput.CODEC);
        if (!frame.isOwnPartition(input.partitionId())) {
            return HvStatus.INVALID_PARTITION_ID;
        }
        int vtl = frame.vtl(input.targetVtl());
        if (vtl > frame.caller().vtl()) {
            return HvStatus.ACCESS_DENIED;
        }
        OptionalInt target = frame.partition().vpWithApicId((int) input.destinationAddress());
        int vector = input.requestedVector();
        if ((input.interruptControl() & TYPE_MASK) != 0
                || vector < LOWEST_VECTOR
                || vector > HIGHEST_VECTOR
                || target.isEmpty()) {
            return HvStatus.INVALID_PARAMETER;
        }
        frame.partition().vp(target.getAsInt()).requestInterrupt(vtl, vector);
        return HvStatus.SUCCESS;
    }
}
