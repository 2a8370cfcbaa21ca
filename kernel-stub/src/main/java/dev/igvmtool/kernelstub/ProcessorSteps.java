package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.kernelstub.boot.BootCpus;
import dev.igvmtool.kernelstub.call.Processors;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.host.OpenHost;
import dev.igvmtool.kernelstub.host.SnpHost;
import dev.igvmtool.kernelstub.host.TdHost;
import dev.igvmtool.kernelstub.hv.Hypercalls;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.CpuArea;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.kernelstub.state.Selectors;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Starting further processors, at boot and at the order of a user program. While one is started RBX has its index, and
 * R12 the address at which its starter goes on.
 */
final class ProcessorSteps {
    private static final String NEXT = "next-processor";
    private static final String PREPARE = "prepare-processor";
    private static final String FREE = "free-processor";
    private static final String ORDERED = "cpu-up-done";
    /** Waits for the processor in RBX. */
    static final String AWAIT = "wait-for-processor";

    /** Where a processor goes on that has its registers and tables. */
    static final String SECONDARY = "secondary-apic";

    private static final String ENTRY = "secondary-entry";
    private static final long PAT = 0x0007_0406_0007_0406L;
    private static final long RFLAGS = 2;

    private ProcessorSteps() {}

    static List<Step> steps() {
        return List.of(
                step(NEXT, ProcessorSteps::next),
                step(PREPARE, ProcessorSteps::prepare),
                step("enable-vtl", ProcessorSteps::enableVtl),
                step("start-processor", ProcessorSteps::start),
                step(AWAIT, ProcessorSteps::await),
                step("C31", Processors.STEP, cpu -> {}),
                step(FREE, ProcessorSteps::free),
                step(ORDERED, ProcessorSteps::ordered),
                step(ENTRY, ProcessorSteps::enter),
                step("secondary-registers", ProcessorTables::loadSystemCallRegisters),
                step(SECONDARY, cpu -> Interrupts.enable(Kernel.resume(cpu))),
                step("secondary-online", ProcessorSteps::online));
    }

    /** Goes through the processors to start, then on at a step. */
    static void bringUpAll(Cpu cpu, String then) {
        Kernel kernel = Kernel.resume(cpu);
        kernel.log(
                Kernel.INFO,
                "smp: Bringing up " + wanted(kernel).size() + " of "
                        + kernel.processors().size() + " CPUs");
        kernel.commit();
        cpu.set(Gpr.R13, cpu.addressOf(then));
        cpu.set(Gpr.R12, cpu.addressOf(NEXT));
        cpu.jumpTo(NEXT);
    }

    private static SortedSet<Integer> wanted(Kernel kernel) {
        return BootCpus.of(
                kernel.commandLine().last("boot_cpus"), kernel.processors().size());
    }

    private static void next(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        SortedSet<Integer> wanted = wanted(kernel);
        Optional<Processor> next = kernel.processors().stream()
                .filter(processor -> wanted.contains(processor.index()) && !processor.online())
                .findFirst();
        if (next.isPresent()) {
            cpu.set(Gpr.RBX, next.get().index());
            cpu.jumpTo(PREPARE);
            return;
        }
        long online = kernel.processors().stream().filter(Processor::online).count();
        kernel.log(
                Kernel.INFO,
                "smp: Brought up " + online + " of " + kernel.processors().size() + " CPUs");
        kernel.commit();
        cpu.jump(cpu.get(Gpr.R13));
    }

    private static void prepare(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        ProcessorTables.prepare(kernel, (int) cpu.get(Gpr.RBX));
        kernel.commit();
        if (kernel.host() instanceof SnpHost) {
            cpu.jumpTo(SaveAreaSteps.WRITE);
        } else if (kernel.host() instanceof TdHost) {
            cpu.jumpTo(MailboxSteps.WAKE);
        }
    }

    /** The first step of a processor: it finds its per-CPU data where SWAPGS would bring it. */
    private static void enter(Cpu cpu) {
        cpu.writeMsr(Msr.KERNEL_GS_BASE, cpu.readMsr(Msr.GS_BASE));
        if (Kernel.resume(cpu).host() instanceof SnpHost host) {
            host.register();
        }
    }

    private static void enableVtl(Cpu cpu) {
        HypercallResult result = start(cpu, HypercallCode.ENABLE_VP_VTL);
        if (!result.isSuccess() && result.status() != HvStatus.VTL_ALREADY_ENABLED) {
            throw new KernelPanic("cannot enable VTL2 on processor " + cpu.get(Gpr.RBX) + ": " + result);
        }
    }

    private static void start(Cpu cpu) {
        HypercallResult result = start(cpu, HypercallCode.START_VIRTUAL_PROCESSOR);
        if (!result.isSuccess()) {
            throw new KernelPanic("cannot start processor " + cpu.get(Gpr.RBX) + ": " + result);
        }
    }

    private static HypercallResult start(Cpu cpu, HypercallCode code) {
        Kernel kernel = Kernel.resume(cpu);
        int index = (int) cpu.get(Gpr.RBX);
        return Hypercalls.start(
                kernel, code, index, context(kernel, kernel.processors().get(index)));
    }

    /** A processor starts where its GS base says which one it is. */
    static InitialVpContext context(Kernel kernel, Processor processor) {
        Cpu cpu = kernel.cpu();
        CpuArea area = new CpuArea(kernel.physical(), processor.area());
        SegmentValue data = Selectors.kernelData();
        SegmentValue gs =
                new SegmentValue(KernelMap.direct(processor.area()), data.limit(), data.selector(), data.attributes());
        return new InitialVpContext(
                cpu.addressOf(ENTRY),
                area.idleStackTop(),
                RFLAGS,
                Selectors.kernelCode(),
                data,
                data,
                data,
                gs,
                data,
                Selectors.task(KernelMap.direct(processor.area() + CpuArea.TSS)),
                SegmentValue.NULL,
                ProcessorTables.idt(kernel),
                ProcessorTables.gdt(processor),
                cpu.readMsr(Msr.EFER),
                cpu.get(ControlRegister.CR0),
                kernel.tables(kernel.layout().cr3()).cr3(),
                cpu.get(ControlRegister.CR4),
                PAT);
    }

    private static void await(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.processors().get((int) cpu.get(Gpr.RBX)).online()) {
            cpu.jump(cpu.get(Gpr.R12));
        } else {
            cpu.pause();
            cpu.jumpTo(AWAIT);
        }
    }

    /** A user program wants a processor; the sidecar has to leave it first. */
    private static void free(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        Processor wanted = Processors.wanted(kernel);
        if (!Processors.takeFromSidecar(kernel, wanted)) {
            cpu.pause();
            cpu.jumpTo(FREE);
            return;
        }
        cpu.set(Gpr.RBX, wanted.index());
        cpu.set(Gpr.R12, cpu.addressOf(ORDERED));
        cpu.jumpTo(PREPARE);
    }

    private static void ordered(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        SystemCalls.finish(kernel, Processors.writtenBytes(kernel));
        kernel.commit();
        cpu.jumpTo(SystemCalls.EXIT_STEP);
    }

    private static void online(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.host() instanceof OpenHost) {
            cpu.writeMsr(Msr.HV_VP_ASSIST_PAGE, kernel.self().assistPage() | 1);
        }
        kernel.put(kernel.self().started());
        kernel.log(Kernel.DEBUG, "CPU " + kernel.self().index() + " is online");
        kernel.commit();
        cpu.jumpTo(UserSteps.IDLE);
    }
}
