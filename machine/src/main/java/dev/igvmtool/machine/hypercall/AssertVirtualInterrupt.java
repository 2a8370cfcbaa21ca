package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.AssertVirtualInterruptInput;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.vp.InterruptMessage;

/** {@code HvCallAssertVirtualInterrupt}: sends an interrupt to APICs, as a device or an I/O APIC does. */
final class AssertVirtualInterrupt implements Hypercall {
    private static final long TYPE_MASK = 0xffff_ffffL;
    private static final long LEVEL_TRIGGERED = 1L << 32;
    private static final long LOGICAL_DESTINATION = 1L << 33;

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
        frame.requireOwnPartition(input.partitionId());
        HypercallFrame.requireZero(input.padding());
        int vtl = frame.plainVtl(input.targetVtl());
        long control = input.interruptControl();
        int type = (int) (control & TYPE_MASK);
        boolean known = InterruptMessage.isDeliverable(type)
                && (control & ~(TYPE_MASK | LEVEL_TRIGGERED | LOGICAL_DESTINATION)) == 0
                && input.destinationAddress() >>> Integer.SIZE == 0;
        HypercallFrame.require(known, HvStatus.INVALID_PARAMETER);
        int vector = InterruptMessage.hasVector(type) ? HypercallFrame.vector(input.requestedVector()) : 0;
        InterruptMessage message = new InterruptMessage(
                type,
                vector,
                (int) input.destinationAddress(),
                (control & LOGICAL_DESTINATION) != 0,
                (control & LEVEL_TRIGGERED) != 0);
        boolean taken = frame.partition().interrupts().send(vtl, message);
        return taken ? HvStatus.SUCCESS : HvStatus.INVALID_PARAMETER;
    }
}
