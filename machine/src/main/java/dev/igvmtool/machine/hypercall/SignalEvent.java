package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.SignalEventInput;
import java.util.OptionalInt;

/** {@code HvCallSignalEvent}: sets an event flag of whoever has the port behind a connection. */
final class SignalEvent implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.SIGNAL_EVENT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(SignalEventInput.CODEC.size(), 0);
    }

    @Override
    public long privileges() {
        return HvPrivilege.SIGNAL_EVENTS;
    }

    @Override
    public OptionalInt answeredBy(HypercallFrame frame) {
        int connection = frame.header(SignalEventInput.CODEC).connectionId();
        boolean known = frame.partition().connections().isKnown(connection);
        return known ? OptionalInt.empty() : frame.interceptor(InterceptType.UNKNOWN_SYNIC_CONNECTION);
    }

    @Override
    public int run(HypercallFrame frame) {
        SignalEventInput input = frame.header(SignalEventInput.CODEC);
        HypercallFrame.requireZero(input.padding());
        return frame.partition().connections().signal(input.connectionId(), input.flag());
    }
}
