package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.TdxRunContext;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.tdx.VpEnterFlags;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.host.TdHost;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;
import java.util.List;

/**
 * The request "return to lower VTL" in a trust domain: the module enters the partition of that VTL with the registers of
 * the run page. Registers that neither the module nor the processor's control structure keeps for the partition are
 * swapped here.
 */
final class PartitionSteps {
    /** What the module tells of an exit, in the order of {@link TdxRunContext#exit}. */
    private static final List<Gpr> TOLD =
            List.of(Gpr.RAX, Gpr.RCX, Gpr.RDX, Gpr.RSI, Gpr.RDI, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.R12, Gpr.R13);

    private PartitionSteps() {}

    private static TdxRunContext context(Kernel kernel) {
        return new TdxRunContext(kernel.physical(), kernel.self().runPage());
    }

    static void enter(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        RunPage run = VtlSteps.runPage(kernel);
        if (!VtlSteps.mayEnterByHardware(kernel, run)) {
            return;
        }
        if (!giveApicPage(kernel)) {
            VtlSteps.finish(kernel, Errno.EINVAL.result());
            return;
        }
        kernel.commit();
        TdxRunContext context = context(kernel);
        long ownArea = cpu.readMsr(Msr.KERNEL_GS_BASE);
        cpu.restoreFxState(new TdxRunContext(cpu.memory(), run.gva()).fxState());
        cpu.set(ControlRegister.CR2, context.get(TdxRunContext.Shared.CR2));
        cpu.writeMsr(Msr.STAR, context.get(TdxRunContext.Shared.STAR));
        cpu.writeMsr(Msr.LSTAR, context.get(TdxRunContext.Shared.LSTAR));
        cpu.writeMsr(Msr.SFMASK, context.get(TdxRunContext.Shared.SFMASK));
        cpu.writeMsr(Msr.TSC_AUX, context.get(TdxRunContext.Shared.TSC_AUX));
        cpu.writeMsr(Msr.KERNEL_GS_BASE, context.get(TdxRunContext.Shared.KERNEL_GS_BASE));
        // The module leaves RBX alone: the way back to the kernel's own data.
        cpu.set(Gpr.RBX, ownArea);
        cpu.set(Gpr.RAX, TdCall.VP_ENTER);
        cpu.set(Gpr.RCX, VpEnterFlags.of(Platform.Td.LOWER_PARTITION));
        cpu.set(Gpr.RDX, context.guestState().address());
        cpu.tdcall();
    }

    /** The partition needs the page before it is entered first. */
    private static boolean giveApicPage(Kernel kernel) {
        if (kernel.self().pages().lowerTaken()) {
            return true;
        }
        long page = kernel.self().pages().lower();
        long field = TdxField.vmcs(Platform.Td.LOWER_PARTITION, VmcsField.VIRTUAL_APIC_PAGE);
        boolean taken = ((TdHost) kernel.host())
                        .module(TdCall.VP_WR, 0, field, page, -1)
                        .status()
                == TdCall.SUCCESS;
        if (taken) {
            kernel.put(kernel.self().withLowerPage(page, true));
        }
        return taken;
    }

    static void left(Cpu cpu) {
        long lowerArea = cpu.readMsr(Msr.KERNEL_GS_BASE);
        cpu.writeMsr(Msr.KERNEL_GS_BASE, cpu.get(Gpr.RBX));
        Kernel kernel = Kernel.resume(cpu);
        TdxRunContext context = context(kernel);
        for (int i = 0; i < TOLD.size(); i++) {
            context.setExit(i, cpu.get(TOLD.get(i)));
        }
        context.set(TdxRunContext.Shared.KERNEL_GS_BASE, lowerArea);
        context.set(TdxRunContext.Shared.STAR, cpu.readMsr(Msr.STAR));
        context.set(TdxRunContext.Shared.LSTAR, cpu.readMsr(Msr.LSTAR));
        context.set(TdxRunContext.Shared.SFMASK, cpu.readMsr(Msr.SFMASK));
        context.set(TdxRunContext.Shared.TSC_AUX, cpu.readMsr(Msr.TSC_AUX));
        context.set(TdxRunContext.Shared.CR2, cpu.get(ControlRegister.CR2));
        cpu.saveFxState(new TdxRunContext(cpu.memory(), VtlSteps.runPage(kernel).gva()).fxState());
        ProcessorTables.loadSystemCallRegisters(cpu);
        long kind = TdCall.kind(cpu.get(Gpr.RAX));
        if (kind == TdCall.PENDING_INTERRUPT || kind == TdCall.L2_EXIT_PENDING_INTERRUPT) {
            cpu.jumpTo(VtlSteps.INTERRUPTS);
        } else {
            VtlSteps.finish(kernel, 0);
        }
    }
}
