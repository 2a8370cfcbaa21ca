package dev.igvmtool.paravisor;

import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.paravisor.config.IsolationRules;
import dev.igvmtool.paravisor.config.OnlineCpus;
import dev.igvmtool.paravisor.config.ParavisorOptions;
import dev.igvmtool.paravisor.config.PartitionView;
import dev.igvmtool.paravisor.config.Topology;

/** What the steps derive, each time again, from what the process has read into its memory. */
record Inputs(ParavisorProcess process) {
    private static final int PHYSICAL_ADDRESS_LEAF = 0x8000_0008;
    private static final int TOPOLOGY_LEAF = 0xb;

    ParavisorOptions options() {
        return ParavisorOptions.parse(process.arguments(), process.environment());
    }

    BootTree tree() {
        return BootTree.of(Fdt.parse(process.read(DataLayout.FDT, process.getInt(Variable.FDT_SIZE))));
    }

    IsolationRules rules() {
        return new IsolationRules(tree().isolation());
    }

    PartitionView view() {
        return PartitionView.of(tree());
    }

    OnlineCpus online() {
        int size = process.getInt(Variable.ONLINE_SIZE);
        return OnlineCpus.parse(process.read(DataLayout.ONLINE, size).toUtf8());
    }

    MeasuredVtl0Config vtl0Config() {
        return process.cpu().memory().read(MeasuredVtl0Config.CODEC, process.at(DataLayout.VTL0_CONFIG));
    }

    Topology topology(int vpCount) {
        Cpu cpu = process.cpu();
        return Topology.of(vpCount, cpu.cpuid(1, 0), cpu.cpuid(TOPOLOGY_LEAF, 0), cpu.cpuid(TOPOLOGY_LEAF, 1));
    }

    int physicalAddressBits() {
        return process.cpu().cpuid(PHYSICAL_ADDRESS_LEAF, 0).eax() & 0xff;
    }
}
