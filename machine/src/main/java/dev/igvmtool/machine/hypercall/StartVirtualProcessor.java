package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.TdxMailbox;
import dev.igvmtool.machine.vp.Vp;

/**
 * {@code HvCallStartVirtualProcessor}: runs a VP in a VTL that is enabled, with the registers given. A VP that runs
 * already is refused; one that has halted or stopped starts anew, as Linux takes VPs over from the sidecar kernel.
 */
final class StartVirtualProcessor implements Hypercall {
    @Override
    public HypercallCode code() {
        return HypercallCode.START_VIRTUAL_PROCESSOR;
    }

    @Override
    public Shape shape() {
        return Shape.simple(VpStartInput.CODEC.size(), 0);
    }

    @Override
    public long privileges() {
        return HvPrivilege.START_VP;
    }

    @Override
    public int run(HypercallFrame frame) {
        VpStartInput input = frame.header(VpStartInput.CODEC);
        RegisterTarget target = RegisterTarget.ofPlainVtl(
                frame,
                input.header().partitionId(),
                input.header().vpIndex(),
                input.header().targetVtl(),
                input.header().padding());
        Vp vp = target.vp();
        HypercallFrame.require(vp.runState() != RunState.RUNNING, HvStatus.INVALID_VP_STATE);
        if (frame.partition().config().isolation() == Isolation.TDX) {
            // A TD's processor starts at its reset vector, whatever the context.
            vp.start(target.vtl(), frame.caller().index());
            TdxMailbox.await(vp.mutableState().vtl(target.vtl()));
            return HvStatus.SUCCESS;
        }
        vp.start(target.vtl(), input.context(), frame.caller().index());
        return HvStatus.SUCCESS;
    }
}
