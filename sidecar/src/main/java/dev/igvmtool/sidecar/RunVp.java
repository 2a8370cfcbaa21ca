package dev.igvmtool.sidecar;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.hv.VtlEntryReason;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.Arrays;
import java.util.List;

/**
 * The command that runs the lower VTL until it is intercepted or the driver wants to stop it. General registers, CR2 and
 * FX state of the lower VTL travel through the command page.
 */
final class RunVp {
    static final String MAP_OVERLAYS = "map-overlays";
    static final String CHECK_STOP = "check-stop";

    private static final String TAKE_INTERRUPT = "take-interrupt";
    private static final String COPY_INTERCEPT = "copy-intercept";
    private static final long OVERLAY_ENABLED = 1;
    private static final int STOPPED = 0;
    private static final int INTERCEPTED = 1;

    /** Registers loaded before the VTL switch; RAX and RCX go through the assist page, RSP is not shared. */
    private static final List<Gpr> LOADED = Arrays.stream(Gpr.values())
            .filter(r -> r != Gpr.RAX && r != Gpr.RCX && r != Gpr.RSP)
            .toList();

    private static final List<Gpr> STORED =
            Arrays.stream(Gpr.values()).filter(r -> r != Gpr.RSP).toList();

    private RunVp() {}

    static List<Step> steps() {
        return List.of(
                Step.of("C22", MAP_OVERLAYS, RunVp::mapOverlays),
                Step.of(CHECK_STOP, RunVp::checkStop),
                Step.of("C23", "return-to-lower-vtl", RunVp::returnToLowerVtl),
                Step.of("entered-from-lower-vtl", RunVp::enteredFromLowerVtl),
                Step.of("C24", COPY_INTERCEPT, RunVp::copyIntercept),
                Step.of("C25", TAKE_INTERRUPT, Cpu::enableInterrupts),
                Step.of("interrupt-window", cpu -> {}),
                Step.of("interrupt-taken", RunVp::interruptTaken));
    }

    /** Done as late as the first run, for the hypervisor does not bear it while other VPs start. */
    private static void mapOverlays(Cpu cpu) {
        Globals globals = Globals.of(cpu);
        long assistPage = AddressSpace.gpaOf(cpu, AddressSpace.address(AddressSpace.ASSIST_PAGE));
        cpu.writeMsr(Msr.HV_VP_ASSIST_PAGE, assistPage | OVERLAY_ENABLED);
        long registerPage = AddressSpace.gpaOf(cpu, AddressSpace.address(AddressSpace.REGISTER_PAGE));
        boolean taken = new Hypercalls(cpu)
                .setRegister(
                        TargetVtl.CURRENT, RegisterName.REGISTER_PAGE, RegisterValue.of(registerPage | OVERLAY_ENABLED))
                .isSuccess();
        globals.setRegisterPageMapped(taken);
        globals.setOverlaysMapped(true);
    }

    private static void checkStop(Cpu cpu) {
        if (Dispatch.status(cpu) == CpuStatus.STOP.value()) {
            finish(cpu, STOPPED);
        }
    }

    private static void returnToLowerVtl(Cpu cpu) {
        CommandPage page = Dispatch.commandPage(cpu);
        Statics statics = Statics.of(cpu);
        long sequence = statics.address(Statics.Place.HYPERCALL_CODE) + statics.vtlReturnOffset();
        VpAssistPage assist = assistPage(cpu);
        assist.setRax(page.gpr(Gpr.RAX));
        assist.setRcx(page.gpr(Gpr.RCX));
        cpu.restoreFxState(page.address() + CommandPage.FX_STATE);
        cpu.set(ControlRegister.CR2, page.cr2());
        LOADED.forEach(register -> cpu.set(register, page.gpr(register)));
        cpu.set(Gpr.RCX, 0);
        cpu.callHypercallPage(sequence);
    }

    private static void enteredFromLowerVtl(Cpu cpu) {
        CommandPage page = Dispatch.commandPage(cpu);
        STORED.forEach(register -> page.setGpr(register, cpu.get(register)));
        page.setCr2(cpu.get(ControlRegister.CR2));
        cpu.saveFxState(page.address() + CommandPage.FX_STATE);
        int reason = assistPage(cpu).entryReason();
        if (reason == VtlEntryReason.INTERCEPT) {
            cpu.jumpTo(COPY_INTERCEPT);
        } else if (reason == VtlEntryReason.INTERRUPT) {
            cpu.jumpTo(TAKE_INTERRUPT);
        } else {
            Dispatch.failCommand(cpu, "unexpected VTL entry reason " + Integer.toUnsignedString(reason));
        }
    }

    private static void copyIntercept(Cpu cpu) {
        Dispatch.commandPage(cpu).setInterceptMessage(assistPage(cpu).message());
        finish(cpu, INTERCEPTED);
    }

    private static void interruptTaken(Cpu cpu) {
        cpu.disableInterrupts();
        cpu.jumpTo(CHECK_STOP);
    }

    private static void finish(Cpu cpu, int result) {
        cpu.memory().writeU8(Dispatch.commandPage(cpu).requestData(), result);
        cpu.jumpTo(Dispatch.FINISH);
    }

    private static VpAssistPage assistPage(Cpu cpu) {
        return new VpAssistPage(cpu.memory(), AddressSpace.address(AddressSpace.ASSIST_PAGE));
    }
}
