package dev.igvmtool.kernelstub;

import static dev.igvmtool.kernelstub.PanicSteps.step;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.boot.CommandLine;
import dev.igvmtool.kernelstub.call.FirstProcess;
import dev.igvmtool.kernelstub.call.SidecarDevice;
import dev.igvmtool.kernelstub.call.SintDevice;
import dev.igvmtool.kernelstub.call.SystemCalls;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fs.Initrd;
import dev.igvmtool.kernelstub.fs.SystemTrees;
import dev.igvmtool.kernelstub.hv.Interrupts;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;

/** From the kernel's own page tables to the first process. */
final class BootSteps {
    private static final long SHARED_OR_RESERVED =
            PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.NO_EXECUTE;

    private BootSteps() {}

    static List<Step> steps() {
        return List.of(
                step("read-device-tree", BootSteps::readDeviceTree),
                step("hypervisor-protocol", HypervisorSteps::negotiate),
                step("boot-processor-tables", BootSteps::processorTables),
                step("load-processor-tables", cpu -> ProcessorTables.load(Kernel.resume(cpu), 0)),
                step("report-memory-map", BootSteps::reportMemoryMap),
                step("hypervisor-interface", HypervisorSteps::setUp),
                step("vp-assist-page", HypervisorSteps::assistPage),
                step("vtl-return-offset", HypervisorSteps::vtlReturnOffset),
                step("enable-apic", cpu -> Interrupts.enable(Kernel.resume(cpu))),
                step("message-page", SintDevice::prepare),
                step("boot-processor-online", BootSteps::bootProcessorOnline),
                step("K02", "bring-up-processors", cpu -> ProcessorSteps.bringUpAll(cpu, "unpack-initrd")),
                step("K03", "unpack-initrd", BootSteps::unpackInitrd),
                step("K04", "make-system-trees", BootSteps::systemTrees),
                step("sidecar-driver", BootSteps::sidecarDriver),
                step("K05", "load-first-process", BootSteps::loadFirstProcess),
                step("start-first-process", cpu -> cpu.jumpTo(SystemCalls.SCHEDULE_STEP)));
    }

    private static void readDeviceTree(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        BootTree tree = BootTree.of(Fdt.parse(kernel.deviceTree()));
        if (tree.cpus().isEmpty()) {
            throw new KernelPanic("the device tree has no processors");
        }
        List<Processor> processors = new ArrayList<>();
        for (int i = 0; i < tree.cpus().size(); i++) {
            processors.add(Processor.offline(i, tree.cpus().get(i).hardwareId()));
        }
        kernel.setProcessors(processors);
        kernel.setLayout(kernel.layout().withSidecar(tree.sidecarNodes()));
        kernel.mix(tree.entropy().orElse(Bytes.EMPTY));
        kernel.log(
                Kernel.INFO,
                "device tree: " + processors.size() + " processors, "
                        + tree.sidecarNodes().size() + " sidecar nodes, isolation "
                        + tree.isolation().text());
        kernel.commit();
    }

    private static void processorTables(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        kernel.setLayout(kernel.layout().withInterruptTable(kernel.clearedPage()));
        ProcessorTables.writeInterruptTable(kernel);
        ProcessorTables.prepare(kernel, 0);
        kernel.commit();
    }

    private static void reportMemoryMap(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        for (E820Entry entry : kernel.handoff().memoryMap().entries()) {
            kernel.log(
                    Kernel.INFO,
                    String.format(
                            "BIOS-e820: [mem 0x%016x-0x%016x] %s",
                            entry.addr(), entry.end() - 1, entry.type() == E820Entry.RAM ? "usable" : "reserved"));
        }
        kernel.commit();
    }

    private static void bootProcessorOnline(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        kernel.put(kernel.self().started());
        kernel.commit();
    }

    private static void unpackInitrd(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.handoff().initrd().isEmpty()) {
            kernel.log(Kernel.WARNING, "no initrd");
            kernel.commit();
            return;
        }
        int entries = Initrd.unpack(kernel.physical(), kernel.handoff().initrd().get(), kernel.files(), kernel.data());
        kernel.log(Kernel.INFO, "Unpacking initramfs: " + entries + " entries");
        BuiltInFiles.merge(kernel);
        kernel.commit();
    }

    private static void systemTrees(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        SystemTrees.Facts facts = new SystemTrees.Facts(
                kernel.deviceTree(),
                kernel.handoff().deviceTree(),
                kernel.processors().size(),
                SidecarDevice.nodes(kernel).size());
        kernel.systemTrees().putAll(SystemTrees.create(kernel.files(), facts));
        kernel.commit();
    }

    /** Maps control pages and asks the sidecar for notifications. */
    private static void sidecarDriver(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        for (BootTree.SidecarNode node : SidecarDevice.nodes(kernel)) {
            kernel.tables(kernel.layout().cr3())
                    .map(KernelMap.direct(node.controlPage()), node.controlPage(), KernelMap.PAGE, SHARED_OR_RESERVED);
            ControlPage control = SidecarDevice.control(kernel, node);
            int base = (int) control.baseCpu();
            if (base < 0 || base >= kernel.processors().size()) {
                throw new KernelPanic("sidecar node " + control.index() + " starts at processor " + base);
            }
            control.setResponseCpu(kernel.processors().get(base).apicId());
            control.setResponseVector(Interrupts.SIDECAR);
            kernel.log(
                    Kernel.INFO,
                    String.format(
                            "mshv_vtl_sidecar%d: processors %d-%d",
                            control.index(), base, base + control.cpuCount() - 1));
        }
        kernel.commit();
    }

    private static void loadFirstProcess(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        List<String> environment = kernel.commandLine().environment();
        if (environment.size() > CommandLine.MAX_ENVIRONMENT) {
            throw new KernelPanic("Too many boot env vars at `" + environment.get(CommandLine.MAX_ENVIRONMENT) + "'");
        }
        FirstProcess.load(kernel, environment);
        kernel.commit();
    }
}
