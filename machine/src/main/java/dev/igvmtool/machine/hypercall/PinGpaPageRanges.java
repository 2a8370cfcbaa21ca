package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/**
 * {@code HvCallPinGpaPageRanges} and {@code HvCallUnpinGpaPageRanges}: keeps pages where they are, or no longer. Nothing
 * moves here. The input is a u64 of zero and a list of ranges: page number in bits 12-63, further pages in bits 0-11.
 */
final class PinGpaPageRanges implements Hypercall {
    private static final int PAGE_SHIFT = 12;

    private final HypercallCode code;

    PinGpaPageRanges(HypercallCode code) {
        this.code = code;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        return Shape.rep(Long.BYTES, Long.BYTES, 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        HypercallFrame.requireZero(frame.input().u64(0));
        return frame.forEachRep(i -> {
            long range = frame.input().u64(frame.elementOffset(i));
            long first = range >>> PAGE_SHIFT;
            long last = first + (range & (1 << PAGE_SHIFT) - 1);
            for (long page = first; page <= last; page++) {
                frame.ramPage(page);
            }
            return HvStatus.SUCCESS;
        });
    }
}
