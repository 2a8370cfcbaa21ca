package dev.igvmtool.bootshim;

import static dev.igvmtool.bootshim.ArmPanicSteps.step;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.shim.SupportedIsolation;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** {@link EntrySteps} of AArch64: events S01 to S12 (boot-shim 1.2 and 2). X19 keeps what X0 has at entry. */
final class ArmEntrySteps {
    private static final int KEPT = 19;

    /** FPEN and ZEN: no traps of floating point, SIMD and SVE. */
    private static final long NO_FP_TRAPS = 3 << 20 | 3 << 16;

    private static final int PAIR = 16;

    private ArmEntrySteps() {}

    static List<Step> steps() {
        return List.of(
                Step.arm("keep-parameters", cpu -> cpu.setX(KEPT, cpu.x(0))),
                Step.arm("S03", "set-vectors", cpu -> cpu.set(SystemRegister.VBAR_EL1, ArmVectors.address(cpu))),
                Step.arm("S01", "zero-bss", cpu -> ShimLayout.of(cpu).clearEarly(cpu)),
                Step.arm("S02", "set-up-stack", ArmEntrySteps::setUpStack),
                Step.arm(
                        "S03",
                        "enable-simd",
                        cpu -> cpu.set(SystemRegister.CPACR_EL1, cpu.get(SystemRegister.CPACR_EL1) | NO_FP_TRAPS)),
                Step.arm("S04", "relocate", ArmEntrySteps::relocate),
                step("S05", "decode-parameters", ArmEntrySteps::decodeParameters),
                Step.arm("S06", "allow-panic-text", cpu -> ShimVariables.of(cpu).set(ShimVariables.Flag.PANIC_TEXT)),
                step("S08", "open-log", cpu -> BootLog.of(cpu).open()),
                step("S09", "read-start-time", cpu -> ShimVariables.of(cpu)
                        .setBootStart(new ArmRegisterCalls(cpu).referenceTime())),
                step("S10", "say-who-calls", ArmEntrySteps::sayWhoCalls),
                Step.arm("S11", "read-active-vtl", cpu -> EntrySteps.readActiveVtl(cpu, ShimHypercalls.of(cpu))),
                step("S12", EntrySteps.PARSE_OPTIONS, EntrySteps::parseMeasuredOptions));
    }

    /** A cookie at either end, then the offset of the parameters in a slot of 16 bytes. */
    private static void setUpStack(ArmCpu cpu) {
        ShimLayout layout = ShimLayout.of(cpu);
        long top = layout.at(ShimLayout.Static.STACK_TOP);
        cpu.memory().writeU64(layout.at(ShimLayout.Static.STACK), EntrySteps.STACK_COOKIE);
        cpu.memory().writeU64(top - Long.BYTES, EntrySteps.STACK_COOKIE);
        cpu.setSp((top & -PAIR) - 2 * PAIR);
        cpu.memory().writeU64(cpu.sp(), cpu.x(KEPT));
    }

    /** An error is all that the relocator can tell: in X0 when it traps. Then come the main function's arguments and frame. */
    private static void relocate(ArmCpu cpu) {
        ShimLayout layout = ShimLayout.of(cpu);
        int error = new Relocator(cpu.memory(), layout.base(), Relocator.AARCH64_RELATIVE)
                .run(layout.base() + layout.placement().dynamic());
        if (error != Relocator.DONE) {
            cpu.setX(0, error);
            cpu.jumpTo(ArmPanicSteps.TRAP);
            return;
        }
        cpu.setX(0, 0);
        cpu.setX(1, cpu.memory().readU64(cpu.sp()));
        cpu.setSp(layout.at(ShimLayout.Static.MAIN_FRAME) & -PAIR);
    }

    private static void decodeParameters(ArmCpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        variables.setParamsOffset(cpu.x(1));
        ShimParams params = InputReader.of(cpu).image().params();
        if (params.supportedIsolationType() != SupportedIsolation.VBS.value()) {
            throw new ShimFatalException("isolation type of the image is " + params.supportedIsolationType()
                    + ", expected " + SupportedIsolation.VBS.value() + " on AArch64");
        }
        variables.setIsolation(TreeIsolation.NONE);
    }

    private static void sayWhoCalls(ArmCpu cpu) {
        new ArmRegisterCalls(cpu).setGuestOsId(HypercallPage.GUEST_OS_ID);
        ShimVariables.of(cpu).set(ShimVariables.Flag.HYPERCALLS_ON);
    }
}
