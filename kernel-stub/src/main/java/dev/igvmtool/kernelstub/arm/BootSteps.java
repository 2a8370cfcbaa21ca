package dev.igvmtool.kernelstub.arm;

import static dev.igvmtool.kernelstub.arm.PanicSteps.step;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.linux.ArmImageHeader;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.boot.CommandLine;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fs.Initrd;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** From the boot loader's jump to the first process, which does not run: events K01 and K03. X21 has the tree's address. */
final class BootSteps {
    static final String TAKE_INITRD = "take-initrd";

    private static final int TREE = 21;
    private static final long PAGE = 4096;

    /** Linux 6.6, as the kernel of x64 says it. */
    private static final long GUEST_OS_ID = 0x8100_0006_0600_0000L;

    private BootSteps() {}

    static List<Step> steps() {
        return List.of(
                step("K01", "check-boot-protocol", BootSteps::checkProtocol),
                step("read-tree", BootSteps::readTree),
                step("say-who-calls", cpu -> cpu.setVpRegister(RegisterName.GUEST_OS_ID, GUEST_OS_ID)),
                step("report-machine", BootSteps::reportMachine),
                step("go-to-processors", cpu -> cpu.jumpTo(ProcessorSteps.START)),
                step("K03", TAKE_INITRD, BootSteps::takeInitrd),
                Step.arm("idle", ArmCpu::waitForInterrupt));
    }

    private static void checkProtocol(ArmCpu cpu) {
        cpu.setX(TREE, cpu.x(0));
        List<String> violations = BootProtocol.violations(cpu, ArmKernel.image(cpu));
        if (!violations.isEmpty()) {
            throw new KernelPanic("the boot protocol is broken: " + String.join("; ", violations));
        }
    }

    private static void readTree(ArmCpu cpu) {
        GpaRange blob = ArmKernel.treeAt(cpu, cpu.x(TREE));
        BootTree tree = ArmKernel.read(cpu, blob);
        long start = firstFree(cpu, tree, blob, KernelLog.SIZE + 2 * PAGE);
        GpaRange log = GpaRange.ofSize(start, KernelLog.SIZE);
        GpaRange online = GpaRange.ofSize(log.end(), PAGE);
        GpaRange report = GpaRange.ofSize(online.end(), PAGE);
        new KernelLog(cpu.memory(), log).clear();
        cpu.memory().zero(online.start(), online.size());
        cpu.keep(new ArmKernelState(blob, log, online, report));
        ArmKernel kernel = ArmKernel.of(cpu);
        kernel.log(
                ArmKernel.INFO,
                String.format("Booting Linux on physical CPU 0x%010x", cpu.get(SystemRegister.MPIDR_EL1)));
        kernel.log(ArmKernel.INFO, "Linux version 6.6.0 (kernel-stub-arm64)");
        if (!BootProtocol.masked(cpu)) {
            kernel.log(
                    ArmKernel.WARNING, String.format("interrupts are not masked at entry: PSTATE 0x%x", cpu.pstate()));
        }
        cpu.setDaif(ProcessorState.DAIF);
    }

    /** Memory of VTL2 apart from what is reserved, and from what the boot loader has left there. */
    private static long firstFree(ArmCpu cpu, BootTree tree, GpaRange blob, long sizeBytes) {
        long image = ArmKernel.image(cpu);
        ArmImageHeader header = cpu.memory().read(ArmImageHeader.CODEC, image);
        List<GpaRange> occupied = new ArrayList<>(tree.reservations());
        occupied.add(blob);
        occupied.add(ArmKernel.machine(tree).initrd());
        occupied.add(GpaRange.ofSize(image, Math.max(header.imageSize(), cpu.constants() - image)));
        for (BootTree.Vtl2Memory memory : tree.vtl2Memory()) {
            for (GpaRange free : memory.range().without(occupied)) {
                long start = free.start() + PAGE - 1 & -PAGE;
                if (start + sizeBytes <= free.end()) {
                    return start;
                }
            }
        }
        throw new KernelPanic(String.format("no 0x%x bytes of memory are free", sizeBytes));
    }

    private static void reportMachine(ArmCpu cpu) {
        ArmKernel kernel = ArmKernel.of(cpu);
        BootTree tree = kernel.tree();
        ArmMachine machine = kernel.machine();
        kernel.log(ArmKernel.INFO, "Command line: " + machine.bootargs());
        long total = tree.vtl2Memory().stream()
                .mapToLong(memory -> memory.range().size())
                .sum();
        long reserved = tree.reservations().stream().mapToLong(GpaRange::size).sum();
        kernel.log(ArmKernel.INFO, String.format("Memory: %dK/%dK available", (total - reserved) / 1024, total / 1024));
        kernel.log(
                ArmKernel.INFO,
                String.format(
                        "GICv3: distributor at 0x%x, redistributors at 0x%x",
                        machine.gic().distributor().start(),
                        machine.gic().redistributors().start()));
    }

    private static void takeInitrd(ArmCpu cpu) {
        ArmKernel kernel = ArmKernel.of(cpu);
        ArmMachine machine = kernel.machine();
        Set<String> names = machine.initrd().isEmpty() ? Set.of() : Initrd.names(cpu.memory(), machine.initrd());
        kernel.log(ArmKernel.INFO, "initrd: " + names.size() + " entries");
        String first = CommandLine.parse(machine.bootargs()).firstProcess();
        if (!names.contains(first.replaceFirst("^/", ""))) {
            throw new KernelPanic("the initrd has no " + first);
        }
        kernel.log(ArmKernel.INFO, first + " is there, and is not run: this kernel has no user space");
    }
}
