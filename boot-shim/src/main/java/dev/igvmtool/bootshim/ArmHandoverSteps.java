package dev.igvmtool.bootshim;

import static dev.igvmtool.bootshim.ArmPanicSteps.step;

import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** {@link HandoverSteps} of AArch64: events S35 to S46 (linux-handoff 2). */
final class ArmHandoverSteps {
    private ArmHandoverSteps() {}

    static List<Step> steps() {
        return List.of(
                step("S35", HandoverSteps.FIRST, ArmHandoverSteps::composeCommandLine),
                Step.arm("S36", "prepare-tree", cpu -> HandoverSteps.writeFdtHeader(cpu, 0)),
                step("S37", "check-initrd", cpu -> InitrdCheck.of(cpu).run()),
                step("S39", "read-end-time", cpu -> ShimVariables.of(cpu)
                        .setBootEnd(new ArmRegisterCalls(cpu).referenceTime())),
                step("S40", "check-imported-regions", HandoverSteps::checkImported),
                step("S41", "write-device-tree", HandoverSteps::writeDeviceTree),
                step("S42", "check-stack-cookie", HandoverSteps::checkStackCookie),
                step("S43", "disable-hypercalls", ArmHandoverSteps::disableHypercalls),
                Step.arm("S45", "turn-translation-off", ArmHandoverSteps::turnTranslationOff),
                Step.arm("S46", "jump-to-kernel", ArmHandoverSteps::jumpToKernel));
    }

    private static void composeCommandLine(ArmCpu cpu) {
        ShimLayout.of(cpu).clearLate(cpu);
        HandoverSteps.composeCommandLine(cpu);
    }

    private static void disableHypercalls(ArmCpu cpu) {
        HandoverSteps.logEnd(cpu);
        new ArmRegisterCalls(cpu).setGuestOsId(0);
    }

    /** Caches stay on; data is not cleaned by address. */
    private static void turnTranslationOff(ArmCpu cpu) {
        cpu.set(SystemRegister.SCTLR_EL1, cpu.get(SystemRegister.SCTLR_EL1) & ~SystemControl.M);
        cpu.invalidateTranslations();
    }

    private static void jumpToKernel(ArmCpu cpu) {
        long tree = ShimLayout.of(cpu).at(ShimLayout.Static.FDT_OBJECT) + HandoverSteps.SETUP_DATA_BYTES;
        long entry = InputReader.of(cpu).image().kernelEntry();
        cpu.setX(0, tree);
        cpu.setX(1, 0);
        cpu.setX(2, 0);
        cpu.setX(3, 0);
        cpu.jump(entry);
    }
}
