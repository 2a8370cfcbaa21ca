package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.RetargetDeviceInterruptInput;
import dev.igvmtool.machine.partition.DeviceInterrupts;
import java.util.OptionalInt;

/** {@code HvCallRetargetDeviceInterrupt}: where interrupts of a device that the host has given to the guest go. */
final class RetargetDeviceInterrupt implements Hypercall {
    private static final int FLAGS =
            RetargetDeviceInterruptInput.MULTICAST | RetargetDeviceInterruptInput.PROCESSOR_SET;

    @Override
    public HypercallCode code() {
        return HypercallCode.RETARGET_DEVICE_INTERRUPT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(RetargetDeviceInterruptInput.CODEC.size(), 0).withVariableHeader();
    }

    @Override
    public OptionalInt answeredBy(HypercallFrame frame) {
        long device = frame.header(RetargetDeviceInterruptInput.CODEC).deviceId();
        boolean known = frame.partition().deviceInterrupts().isKnown(device);
        return known ? OptionalInt.empty() : frame.interceptor(InterceptType.RETARGET_UNKNOWN_DEVICE);
    }

    @Override
    public int run(HypercallFrame frame) {
        RetargetDeviceInterruptInput input = frame.header(RetargetDeviceInterruptInput.CODEC);
        frame.requireOwnPartition(input.partitionId());
        HypercallFrame.requireZero(input.reserved0() | input.reserved1());
        DeviceInterrupts devices = frame.partition().deviceInterrupts();
        HypercallFrame.require(devices.isKnown(input.deviceId()), HvStatus.INVALID_DEVICE_ID);
        HypercallFrame.require(
                input.source() == RetargetDeviceInterruptInput.SOURCE_MSI && (input.flags() & ~FLAGS) == 0,
                HvStatus.INVALID_PARAMETER);
        int vector = HypercallFrame.vector(input.vector());
        int target = targets(frame, input).first();
        HypercallFrame.require(target >= 0, HvStatus.INVALID_PARAMETER);
        devices.retarget(
                new DeviceInterrupts.Entry(input.deviceId(), input.entryLow(), input.entryHigh()),
                new DeviceInterrupts.Target(target, frame.caller().vtl(), vector));
        return HvStatus.SUCCESS;
    }

    private static VpSet targets(HypercallFrame frame, RetargetDeviceInterruptInput input) {
        Bytes variable = frame.variableHeader();
        if ((input.flags() & RetargetDeviceInterruptInput.PROCESSOR_SET) == 0) {
            HypercallFrame.requireZero(variable.size());
            return VpSet.ofMask(frame, input.maskOrFormat());
        }
        HypercallFrame.require(variable.size() >= Long.BYTES, HvStatus.INVALID_PARAMETER);
        Bytes banks = variable.slice(Long.BYTES, variable.size() - Long.BYTES);
        return VpSet.of(frame, input.maskOrFormat(), variable.u64(0), banks);
    }
}
