package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.LongSpinWaitInput;

/** {@code HvCallNotifyLongSpinWait}: a hint that the VP waits for another. Turns go round anyhow. */
final class NotifyLongSpinWait implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.NOTIFY_LONG_SPIN_WAIT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(LongSpinWaitInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        return HvStatus.SUCCESS;
    }
}
