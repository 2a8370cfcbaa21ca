package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.ClusterIpiExHeader;
import dev.igvmtool.abi.hv.ClusterIpiInput;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;

/** {@code HvCallSendSyntheticClusterIpi} and its form with a VP set (Ex): a fixed interrupt for many VPs. */
final class SendSyntheticClusterIpi implements Hypercall {
    private final HypercallCode code;
    private final boolean set;

    SendSyntheticClusterIpi(HypercallCode code) {
        this.code = code;
        this.set = code == HypercallCode.SEND_SYNTHETIC_CLUSTER_IPI_EX;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        return set
                ? Shape.simple(ClusterIpiExHeader.CODEC.size(), 0).withVariableHeader()
                : Shape.simple(ClusterIpiInput.CODEC.size(), 0);
    }

    @Override
    public int run(HypercallFrame frame) {
        if (set) {
            ClusterIpiExHeader header = frame.header(ClusterIpiExHeader.CODEC);
            VpSet vps = VpSet.of(frame, header.setFormat(), header.validBanks(), frame.variableHeader());
            return send(frame, header.vector(), header.targetVtl(), header.padding(), vps);
        }
        ClusterIpiInput input = frame.header(ClusterIpiInput.CODEC);
        VpSet vps = VpSet.ofMask(frame, input.processorMask());
        return send(frame, input.vector(), input.targetVtl(), input.padding(), vps);
    }

    private static int send(HypercallFrame frame, int vectorField, int targetVtl, Bytes padding, VpSet vps) {
        HypercallFrame.requireZero(padding);
        int vector = HypercallFrame.vector(vectorField);
        int vtl = frame.vtl(targetVtl);
        vps.forEach(vp -> vp.requestInterrupt(vtl, vector));
        return HvStatus.SUCCESS;
    }
}
