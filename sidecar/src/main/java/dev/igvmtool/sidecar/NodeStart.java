package dev.igvmtool.sidecar;

import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.machine.guest.Cpu;

/** The control page of a node as it is before the node's VPs start. */
final class NodeStart {
    private NodeStart() {}

    static void write(Cpu cpu, SidecarParams parameters, int index, NodeLayout node) {
        check(cpu, parameters, index, node);
        long page = AddressSpace.map(cpu, node.controlPage());
        cpu.memory().zero(page, SidecarLimits.PAGE_BYTES);
        ControlPage control = new ControlPage(cpu.memory(), page);
        control.setIndex(index);
        control.setBaseCpu(node.baseVp());
        control.setCpuCount(node.vpCount());
        control.setRequestVector(Interrupts.REQUEST_VECTOR);
        boolean any = false;
        for (int i = 0; i < node.vpCount(); i++) {
            CpuStatus status = initialStatus(parameters, node, i);
            control.setStatus(i, status);
            any |= i > 0 && status == CpuStatus.RUN;
        }
        AddressSpace.unmap(cpu, page);
        if (!any) {
            throw Crash.panic(cpu, "node " + index + " has no VP to start");
        }
    }

    private static CpuStatus initialStatus(SidecarParams parameters, NodeLayout node, int index) {
        boolean starts =
                parameters.perCpuActive() ? parameters.startsVp().u8((int) node.baseVp() + index) != 0 : index > 0;
        return starts ? CpuStatus.RUN : CpuStatus.REMOVED;
    }

    private static void check(Cpu cpu, SidecarParams parameters, int index, NodeLayout node) {
        if (node.vpCount() > SidecarLimits.MAX_CONTROL_PAGE_VPS) {
            throw Crash.panic(cpu, "node " + index + " has " + node.vpCount() + " VPs, more than a control page");
        }
        if (parameters.perCpuActive() && node.baseVp() + node.vpCount() > SidecarLimits.MAX_PER_CPU_FLAGS) {
            throw Crash.panic(cpu, "VPs of node " + index + " reach past the per-CPU flags");
        }
    }
}
