package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpIndexFromApicIdHeader;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/** {@code HvCallGetVpIndexFromApicId}: a list of APIC ids in, a list of VP indexes out. */
final class GetVpIndexFromApicId implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.GET_VP_INDEX_FROM_APIC_ID;
    }

    @Override
    public Shape shape() {
        return Shape.rep(VpIndexFromApicIdHeader.CODEC.size(), Integer.BYTES, Integer.BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        return run(frame, i -> frame.input().u32(frame.elementOffset(i)));
    }

    /**
     * Answers for ids of any width.
     *
     * @param id reads an element of the list
     */
    static int run(HypercallFrame frame, IntToLongFunction id) {
        VpIndexFromApicIdHeader header = frame.header(VpIndexFromApicIdHeader.CODEC);
        frame.requireOwnPartition(header.partitionId());
        HypercallFrame.requireZero(header.padding());
        frame.plainVtl(header.targetVtl());
        return frame.forEachRep(i -> {
            long wide = id.applyAsLong(i);
            int apicId = (int) wide;
            Integer scripted = frame.partition().config().vpIndexAnswers().get(apicId);
            OptionalInt found = scripted != null
                    ? OptionalInt.of(scripted)
                    : frame.partition().vpWithApicId(apicId);
            if (found.isEmpty() || wide >>> Integer.SIZE != 0) {
                return HvStatus.INVALID_PARAMETER;
            }
            frame.putU32(i * Integer.BYTES, found.getAsInt());
            return HvStatus.SUCCESS;
        });
    }
}
