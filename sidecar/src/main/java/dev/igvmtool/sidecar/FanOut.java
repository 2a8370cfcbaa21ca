package dev.igvmtool.sidecar;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.OptionalLong;

/**
 * The loop in which every running VP starts others, until all are claimed. R14 is the node, R15 the claimed VP in it;
 * RBX says who goes on where afterwards.
 */
final class FanOut {
    static final String CLAIM = "claim-vp";

    private static final int VTL2 = 2;

    private FanOut() {}

    static List<Step> steps() {
        return List.of(
                Step.of("C09", CLAIM, FanOut::claim),
                Step.of("C10", "build-vp-tables", FanOut::buildTables),
                Step.of("C11", "enable-vp-vtl", FanOut::enableVpVtl),
                Step.of("C12", "start-vp", FanOut::startVp));
    }

    private static void claim(Cpu cpu) {
        Statics statics = Statics.of(cpu);
        int nodeCount = statics.nodeCount();
        for (int node = (int) cpu.get(Gpr.R14); node < nodeCount; node++) {
            OptionalLong vp = claimIn(cpu, statics, node);
            if (vp.isPresent()) {
                cpu.set(Gpr.R14, node);
                cpu.set(Gpr.R15, vp.getAsLong());
                return;
            }
        }
        cpu.set(Gpr.R14, 0);
        cpu.jumpTo(cpu.get(Gpr.RBX) == 0 ? BspReturn.AWAIT : ApPreparation.PREPARE);
    }

    /** Each number is given out once, whoever asks; numbers of VPs that are not for the sidecar are passed over. */
    private static OptionalLong claimIn(Cpu cpu, Statics statics, int index) {
        NodeLayout node = statics.node(index);
        for (long vp = statics.claimNextVp(index); vp < node.vpCount(); vp = statics.claimNextVp(index)) {
            long page = AddressSpace.map(cpu, node.controlPage());
            int status = new ControlPage(cpu.memory(), page).statusByte(vp);
            AddressSpace.unmap(cpu, page);
            if (status != CpuStatus.REMOVED.value()) {
                return OptionalLong.of(vp);
            }
        }
        return OptionalLong.empty();
    }

    private static void buildTables(Cpu cpu) {
        NodeLayout node = Statics.of(cpu).node((int) cpu.get(Gpr.R14));
        long index = cpu.get(Gpr.R15);
        VpTables.write(cpu, node, index);
        long page = AddressSpace.map(cpu, node.vp(index).globals());
        new Globals(cpu.memory(), page).initialize(node.baseVp() + index, index);
        AddressSpace.unmap(cpu, page);
    }

    private static void enableVpVtl(Cpu cpu) {
        HypercallResult result = call(cpu, HypercallCode.ENABLE_VP_VTL);
        if (!result.isSuccess() && result.status() != HvStatus.VTL_ALREADY_ENABLED) {
            throw failed(cpu, "enable VTL2 of", result);
        }
    }

    private static void startVp(Cpu cpu) {
        HypercallResult result = call(cpu, HypercallCode.START_VIRTUAL_PROCESSOR);
        if (!result.isSuccess()) {
            throw failed(cpu, "start", result);
        }
        cpu.jumpTo(CLAIM);
    }

    private static HypercallResult call(Cpu cpu, HypercallCode code) {
        NodeLayout node = Statics.of(cpu).node((int) cpu.get(Gpr.R14));
        long index = cpu.get(Gpr.R15);
        InitialVpContext context = StartContext.of(
                Statics.of(cpu),
                cpu.addressOf(ApPreparation.ENTRY),
                node.vp(index).pml4());
        VpStartInput input = new VpStartInput((int) (node.baseVp() + index), VTL2, context);
        return new Hypercalls(cpu).call(code, VpStartInput.CODEC, input);
    }

    private static RuntimeException failed(Cpu cpu, String action, HypercallResult result) {
        NodeLayout node = Statics.of(cpu).node((int) cpu.get(Gpr.R14));
        long vp = node.baseVp() + cpu.get(Gpr.R15);
        return Crash.panic(cpu, "failed to " + action + " VP " + vp + ": " + HvStatus.nameOf(result.status()));
    }
}
