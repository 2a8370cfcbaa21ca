package dev.igvmtool.bootshim;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.abi.shim.SupportedIsolation;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.plan.CommandLinePlan;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/** From the first instruction to a shim that can log and call the hypervisor: events S01 to S12. */
final class EntrySteps {
    private static final long DIRECTION_FLAG = 1 << 10;
    static final long STACK_COOKIE = 0x3040_5060L;
    private static final long CR4_FXSR_AND_XMM_EXCEPTIONS = 0x600;
    static final String PARSE_OPTIONS = "parse-measured-options";
    private static final int HYPERVISOR_FEATURES = 0x4000_0003;
    private static final int ISOLATION_PRIVILEGE = 1 << 22;

    private EntrySteps() {}

    static List<Step> steps() {
        return List.of(
                Step.of("S01", "zero-bss", EntrySteps::zeroBss),
                Step.of("S02", "set-up-stack", EntrySteps::setUpStack),
                Step.of("S03", "enable-sse", EntrySteps::enableSse),
                Step.of("S04", "relocate", EntrySteps::relocate),
                PanicSteps.step("S05", "decode-parameters", EntrySteps::decodeParameters),
                Step.of("S06", "allow-panic-text", EntrySteps::allowPanicText),
                PanicSteps.step("S08", "open-log", cpu -> BootLog.of(cpu).open()),
                Step.of("S09", "read-start-time", EntrySteps::readStartTime),
                PanicSteps.step("S10", "enable-hypercalls", HypercallPage::enable),
                Step.of("S11", "read-active-vtl", EntrySteps::readActiveVtl),
                PanicSteps.step("S12", PARSE_OPTIONS, EntrySteps::parseMeasuredOptions));
    }

    private static void zeroBss(Cpu cpu) {
        cpu.set(Gpr.RBX, cpu.get(Gpr.RDI));
        cpu.setRflags(cpu.rflags() & ~DIRECTION_FLAG);
        ShimLayout.of(cpu).clearEarly(cpu);
    }

    private static void setUpStack(Cpu cpu) {
        ShimLayout layout = ShimLayout.of(cpu);
        cpu.set(Gpr.RSP, layout.at(ShimLayout.Static.STACK_TOP));
        cpu.memory().writeU32(layout.at(ShimLayout.Static.STACK), STACK_COOKIE);
    }

    /** True if nothing has grown over the end of the stack. */
    static boolean stackCookieIsIntact(Core cpu) {
        return cpu.memory().readU32(ShimLayout.of(cpu).at(ShimLayout.Static.STACK)) == STACK_COOKIE;
    }

    private static void enableSse(Cpu cpu) {
        cpu.set(ControlRegister.CR4, cpu.get(ControlRegister.CR4) | CR4_FXSR_AND_XMM_EXCEPTIONS);
    }

    /** After the relocator its argument stays on the stack, and the main function takes its frame below. */
    private static void relocate(Cpu cpu) {
        cpu.push(cpu.get(Gpr.RSI));
        ShimLayout layout = ShimLayout.of(cpu);
        int error = new Relocator(cpu.memory(), layout.base(), Relocator.X64_RELATIVE)
                .run(layout.base() + layout.placement().dynamic());
        if (error != Relocator.DONE) {
            cpu.set(Gpr.RDI, error); // there is no log yet, and nobody to tell
            cpu.jumpTo(PanicSteps.TRAP);
            return;
        }
        cpu.set(Gpr.RSP, layout.at(ShimLayout.Static.MAIN_FRAME));
        cpu.set(Gpr.RDI, cpu.get(Gpr.RBX));
    }

    private static void decodeParameters(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        variables.setParamsOffset(cpu.get(Gpr.RSI));
        ShimParams params = InputReader.of(cpu).image().params();
        SupportedIsolation supported = SupportedIsolation.of(params.supportedIsolationType())
                .orElseThrow(() -> new ShimFatalException(
                        "isolation type of the image is " + params.supportedIsolationType() + ", expected 1 to 3"));
        TreeIsolation isolation =
                switch (supported) {
                    case SNP -> TreeIsolation.SNP;
                    case TDX -> TreeIsolation.TDX;
                    case VBS ->
                        (cpu.cpuid(HYPERVISOR_FEATURES, 0).ebx() & ISOLATION_PRIVILEGE) != 0
                                ? TreeIsolation.VBS
                                : TreeIsolation.NONE;
                };
        variables.setIsolation(isolation);
    }

    private static void allowPanicText(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        if (variables.isolation() == TreeIsolation.NONE) {
            variables.set(ShimVariables.Flag.PANIC_TEXT);
        }
    }

    private static void readStartTime(Cpu cpu) {
        ShimTime.start(cpu);
        if (ShimVariables.of(cpu).hardwareIsolated()) {
            cpu.jumpTo(PARSE_OPTIONS); // the hypervisor is reached otherwise, or not at all
        }
    }

    private static void readActiveVtl(Cpu cpu) {
        readActiveVtl(cpu, ShimHypercalls.of(cpu));
    }

    static void readActiveVtl(Core cpu, ShimHypercalls hypercalls) {
        ShimHypercalls.Register status = hypercalls.readRegister(RegisterName.VSM_VP_STATUS);
        ShimVariables.of(cpu).setActiveVtl(status.result().isSuccess() ? (int) status.value() & 0xf : 0);
    }

    static void parseMeasuredOptions(Core cpu) {
        CommandLinePlan.measuredOptions(InputReader.of(cpu).commandLinePage(), BootLog.of(cpu));
    }
}
