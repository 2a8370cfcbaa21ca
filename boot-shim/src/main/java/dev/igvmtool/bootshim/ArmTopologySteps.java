package dev.igvmtool.bootshim;

import static dev.igvmtool.bootshim.ArmPanicSteps.step;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** {@link TopologySteps} of AArch64, and what is left of {@link IsolationSteps}: events S13 to S23, and S31. */
final class ArmTopologySteps {
    /** Bits of addresses by ID_AA64MMFR0_EL1.PARange. */
    private static final int[] ADDRESS_BITS = {32, 36, 40, 42, 44, 48, 52, 56};

    private ArmTopologySteps() {}

    static List<Step> steps() {
        return List.of(
                step("S13", "parse-host-tree", TopologySteps::parseHostTree),
                step("S14", "compose-command-line", TopologySteps::composeCommandLine),
                step("S15", "look-for-persisted-state", TopologySteps::lookForPersistedState),
                step("S16a", "choose-topology", TopologySteps::chooseTopology),
                step("S16b", TopologySteps.RESTORE, TopologySteps::restoreTopology),
                step("S17", TopologySteps.BUILD_ADDRESS_SPACE, TopologySteps::buildAddressSpace),
                step("S18", "allocate-pool", TopologySteps::allocatePool),
                step("S20", "start-logging", TopologySteps::logSerial),
                step(
                        "S21",
                        "settle-alias-map",
                        cpu -> TopologySteps.settleAliasMap(cpu, ShimHypercalls.of(cpu), () -> addressBits(cpu))),
                step(
                        "S22",
                        "check-vp-indexes",
                        cpu -> TopologySteps.checkVpIndexes(cpu, ShimHypercalls.of(cpu), Long.BYTES)),
                step("S23", "enable-vtl-protection", cpu -> ShimHypercalls.of(cpu)
                        .writeRegister(RegisterName.VSM_PARTITION_CONFIG, IsolationSteps.PROTECT_ALL_OF_VTL2)),
                step("S31", "enable-other-processors", ArmTopologySteps::enableProcessors));
    }

    private static int addressBits(ArmCpu cpu) {
        int code = (int) cpu.get(SystemRegister.ID_AA64MMFR0_EL1) & 0xf;
        return ADDRESS_BITS[Math.min(code, ADDRESS_BITS.length - 1)];
    }

    /** Before Linux touches their redistributors. */
    private static void enableProcessors(ArmCpu cpu) {
        int count = InputReader.of(cpu).hostTree().cpus().size();
        ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
        for (int vp = 1; vp < count; vp++) {
            hypercalls.enableVtl2(vp);
        }
    }
}
