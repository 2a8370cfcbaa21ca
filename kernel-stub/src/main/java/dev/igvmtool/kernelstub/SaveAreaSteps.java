package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.host.SnpHost;
import dev.igvmtool.kernelstub.host.Validation;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * How an SNP guest starts a processor: with a save area that it writes itself, and hands to the hypervisor once no other
 * VMPL can change it. RBX has the index of the processor, R14 the address of its save area.
 */
final class SaveAreaSteps {
    static final String WRITE = "write-save-area";

    private static final int MXCSR_RESET = 0x1f80;
    private static final int FCW_RESET = 0x37f;
    private static final long DR6_RESET = 0xffff_0ff0L;
    private static final long DR7_RESET = 0x400;
    private static final long EFER_SVME = 1 << 12;
    private static final int SEV_STATUS_FEATURES = 2;
    /** RMPADJUST needs a VMPL to speak of; it is given nothing. */
    private static final int NEXT_VMPL = 1;

    private SaveAreaSteps() {}

    static List<Step> steps() {
        return List.of(
                step(WRITE, SaveAreaSteps::write),
                step("mark-save-area", SaveAreaSteps::mark),
                step("create-processor", SaveAreaSteps::create));
    }

    private static void write(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        Processor processor = kernel.processors().get((int) cpu.get(Gpr.RBX));
        long page = kernel.clearedPage();
        fill(new Vmsa(kernel.physical(), page), ProcessorSteps.context(kernel, processor), features(cpu));
        cpu.set(Gpr.R14, page);
        kernel.commit();
    }

    /** All processors have the features of the first. */
    private static long features(Cpu cpu) {
        long features = cpu.readMsr(Msr.SEV_STATUS) >>> SEV_STATUS_FEATURES;
        return features | SevFeatures.SNP_ACTIVE;
    }

    private static void fill(Vmsa area, InitialVpContext context, long features) {
        area.setSegment(SegmentRegister.CS, context.cs());
        area.setSegment(SegmentRegister.DS, context.ds());
        area.setSegment(SegmentRegister.ES, context.es());
        area.setSegment(SegmentRegister.FS, context.fs());
        area.setSegment(SegmentRegister.GS, context.gs());
        area.setSegment(SegmentRegister.SS, context.ss());
        area.setSegment(SegmentRegister.TR, context.tr());
        area.setSegment(SegmentRegister.LDTR, context.ldtr());
        area.setTable(Vmsa.GDTR, context.gdtr());
        area.setTable(Vmsa.IDTR, context.idtr());
        area.set(Vmsa.EFER, context.efer() | EFER_SVME);
        area.set(Vmsa.CR0, context.cr0());
        area.set(Vmsa.CR3, context.cr3());
        area.set(Vmsa.CR4, context.cr4());
        area.set(Vmsa.DR6, DR6_RESET);
        area.set(Vmsa.DR7, DR7_RESET);
        area.set(Vmsa.RFLAGS, context.rflags());
        area.set(Vmsa.RIP, context.rip());
        area.set(Gpr.RSP, context.rsp());
        area.set(Vmsa.PAT, context.pat());
        area.set(Vmsa.XCR0, 1);
        area.set(Vmsa.SEV_FEATURES, features);
        area.memory().writeU32(area.address() + Vmsa.MXCSR, MXCSR_RESET);
        area.memory().writeU16(area.address() + Vmsa.X87_FCW, FCW_RESET);
    }

    private static void mark(Cpu cpu) {
        long code = Validation.rmpadjust(cpu, KernelMap.direct(cpu.get(Gpr.R14)), false, NEXT_VMPL | RmpAdjust.VMSA);
        if (code != 0) {
            throw new KernelPanic(String.format("page 0x%x cannot become a save area: %d", cpu.get(Gpr.R14), code));
        }
    }

    private static void create(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        SnpHost host = (SnpHost) kernel.host();
        Processor processor = kernel.processors().get((int) cpu.get(Gpr.RBX));
        if (!host.createProcessor(processor.apicId(), 0, cpu.get(Gpr.R14), features(cpu))) {
            throw new KernelPanic("cannot start processor " + processor.index() + ": its save area is not taken");
        }
        cpu.jumpTo(ProcessorSteps.AWAIT);
    }
}
