package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.CcBlob;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.linux.SetupData;
import dev.igvmtool.abi.paravisor.ReservedRegion;
import dev.igvmtool.abi.sidecar.SidecarOutputNode;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.plan.BootTreePlan;
import dev.igvmtool.bootshim.plan.E820Map;
import dev.igvmtool.bootshim.plan.KernelCommandLine;
import dev.igvmtool.bootshim.plan.MemoryPlan;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.SidecarPlan;
import dev.igvmtool.bootshim.plan.Topology;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.BootTree.TimeSpan;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;
import java.util.Optional;

/** What the kernel finds, and the jump to it: events S35 to S46. */
final class HandoverSteps {
    static final String FIRST = "compose-kernel-command-line";

    static final int SETUP_DATA_BYTES = 16;
    /** Counts the header, too. */
    private static final int CC_SETUP_DATA_BYTES = 32;

    private static final int PAGE_BYTES = 4096;

    private HandoverSteps() {}

    static List<Step> steps() {
        return List.of(
                PanicSteps.step("S35", FIRST, HandoverSteps::composeCommandLine),
                Step.of("S36", "prepare-setup-data", HandoverSteps::prepareSetupData),
                PanicSteps.step(
                        "S37", "check-initrd", cpu -> InitrdCheck.of(cpu).run()),
                PanicSteps.step("S38", "write-boot-params", HandoverSteps::writeBootParams),
                Step.of("S39", "read-end-time", ShimTime::end),
                PanicSteps.step("S40", "check-imported-regions", HandoverSteps::checkImported),
                PanicSteps.step("S41", "write-device-tree", HandoverSteps::writeDeviceTree),
                PanicSteps.step("S42", "check-stack-cookie", HandoverSteps::checkStackCookie),
                PanicSteps.step("S43", "disable-hypercalls", HandoverSteps::disableHypercalls),
                Step.of("S46", "jump-to-kernel", HandoverSteps::jumpToKernel));
    }

    static void composeCommandLine(Core cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        SidecarPlan sidecar = SidecarSteps.planned(cpu, inputs, MemoryPlan.of(inputs));
        Bytes text = KernelCommandLine.of(inputs, sidecar);
        if (sidecar.starts()) {
            BootLog.of(cpu).info("sidecar: boot_cpus parameter: {}", KernelCommandLine.bootCpus(inputs, sidecar));
        }
        ShimLayout layout = ShimLayout.of(cpu);
        cpu.memory().writeU32(layout.at(ShimLayout.Static.COMMAND_LINE), text.size());
        cpu.memory().writeBytes(layout.at(ShimLayout.Static.COMMAND_LINE_TEXT), text);
    }

    private static void prepareSetupData(Cpu cpu) {
        if (ShimVariables.of(cpu).isolation() == TreeIsolation.SNP) {
            GpaRange reserved = InputReader.of(cpu).image().reservedRegion();
            CcBlob blob = new CcBlob(
                    reserved.start() + (long) ReservedRegion.SECRETS_PAGE * PAGE_BYTES,
                    reserved.start() + (long) ReservedRegion.CPUID_PAGE * PAGE_BYTES);
            cpu.memory().write(CcBlob.CODEC, ShimLayout.of(cpu).at(ShimLayout.Static.CC_BLOB), blob);
        }
        writeChain(cpu, 0);
    }

    /** The chain of setup data up to its extension: the tree, under SNP the blob. */
    private static void writeChain(Cpu cpu, long extension) {
        ShimLayout layout = ShimLayout.of(cpu);
        if (ShimVariables.of(cpu).isolation() != TreeIsolation.SNP) {
            writeFdtHeader(cpu, extension);
            return;
        }
        long element = layout.at(ShimLayout.Static.CC_SETUP_DATA);
        writeFdtHeader(cpu, element);
        cpu.memory().write(SetupData.CODEC, element, new SetupData(extension, SetupData.CC_BLOB, CC_SETUP_DATA_BYTES));
        cpu.memory().writeU32(element + SETUP_DATA_BYTES, layout.at(ShimLayout.Static.CC_BLOB));
    }

    static void writeFdtHeader(Core cpu, long next) {
        SetupData header = new SetupData(next, SetupData.DTB, ShimLayout.FDT_OBJECT_BYTES - SETUP_DATA_BYTES);
        cpu.memory().write(SetupData.CODEC, ShimLayout.of(cpu).at(ShimLayout.Static.FDT_OBJECT), header);
    }

    private static void writeBootParams(Cpu cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        SidecarPlan sidecar = SidecarSteps.planned(cpu, inputs, MemoryPlan.of(inputs));
        E820Map map = E820Map.of(sidecar.addressSpace());
        ShimLayout layout = ShimLayout.of(cpu);
        GpaRange initrd = inputs.image().initrd();
        BootParams params = BootParams.builder()
                .typeOfLoader(BootParams.LOADER_UNDEFINED)
                .ramdisk(initrd.start(), initrd.size())
                .cmdLinePtr(layout.at(ShimLayout.Static.COMMAND_LINE_TEXT))
                .hardwareSubarch(BootParams.SUBARCH_NO_BIOS)
                .setupData(layout.at(ShimLayout.Static.FDT_OBJECT))
                .e820(map.entries())
                .build();
        cpu.memory().write(BootParams.CODEC, layout.at(ShimLayout.Static.ZERO_PAGE), params);
        List<E820Entry> extension = map.extension();
        if (!extension.isEmpty()) {
            ByteWriter writer = new ByteWriter();
            int length = extension.size() * E820Entry.CODEC.size();
            SetupData.CODEC.write(writer, new SetupData(0, SetupData.E820_EXT, length));
            extension.forEach(entry -> E820Entry.CODEC.write(writer, entry));
            cpu.memory().writeBytes(layout.at(ShimLayout.Static.E820_EXTENSION), writer.toBytes());
            writeChain(cpu, layout.at(ShimLayout.Static.E820_EXTENSION));
        }
    }

    static void checkImported(Core cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        BootTreePlan.checkImported(inputs, Topology.of(inputs, PlanLog.SILENT));
    }

    static void writeDeviceTree(Core cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        MemoryPlan memory = MemoryPlan.of(inputs);
        SidecarPlan sidecar = SidecarSteps.planned(cpu, inputs, memory);
        ShimVariables variables = ShimVariables.of(cpu);
        boolean started = variables.is(ShimVariables.Flag.SIDECAR_STARTED);
        List<SidecarOutputNode> nodes = started
                ? SidecarSteps.output(cpu).nodes().subList(0, sidecar.nodes().size())
                : List.of();
        BootTree tree = BootTreePlan.of(
                inputs,
                memory,
                sidecar,
                new BootTreePlan.Findings(
                        ShimTime.span(cpu),
                        started
                                ? Optional.of(new TimeSpan(variables.sidecarStart(), variables.sidecarEnd()))
                                : Optional.empty(),
                        variables.aliasMap(),
                        nodes));
        cpu.memory().writeBytes(ShimLayout.of(cpu).at(ShimLayout.Static.FDT_OBJECT) + SETUP_DATA_BYTES, tree.toFdt());
    }

    static void checkStackCookie(Core cpu) {
        if (!EntrySteps.stackCookieIsIntact(cpu)) {
            throw new ShimFatalException("the stack has grown over its end");
        }
    }

    static void logEnd(Core cpu) {
        BootLog log = BootLog.of(cpu);
        log.info("uninitializing hypercalls");
        log.info("about to jump to kernel");
    }

    private static void disableHypercalls(Cpu cpu) {
        logEnd(cpu);
        ShimVariables variables = ShimVariables.of(cpu);
        if (!variables.is(ShimVariables.Flag.HYPERCALLS_ON)) {
            return;
        }
        if (variables.isolation() == TreeIsolation.TDX) {
            TdxHypercalls.of(cpu).disable();
        } else {
            HypercallPage.disable(cpu);
        }
    }

    /** A call by the C convention that never returns. */
    private static void jumpToKernel(Cpu cpu) {
        cpu.set(Gpr.RDI, 0);
        cpu.set(Gpr.RSI, ShimLayout.of(cpu).at(ShimLayout.Static.ZERO_PAGE));
        cpu.call(InputReader.of(cpu).image().kernelEntry());
    }
}
