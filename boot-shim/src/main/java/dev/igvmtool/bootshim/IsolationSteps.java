package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.bootshim.plan.AcceptancePlan;
import dev.igvmtool.bootshim.plan.AddressSpace;
import dev.igvmtool.bootshim.plan.ApPageTables;
import dev.igvmtool.bootshim.plan.MemoryPlan;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.Topology;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.List;

/**
 * What an isolated shim does to its memory and, in a TD, to other processors: events S23 to S32. Without isolation they
 * are passed over; each platform has its way through them.
 */
final class IsolationSteps {
    static final long PROTECT_ALL_OF_VTL2 =
            VsmPartitionConfig.ENABLE_VTL_PROTECTION | VsmPartitionConfig.DEFAULT_PROTECTION_MASK;
    private static final int PAGE_BYTES = 4096;
    private static final int VERSION_AND_FEATURES = 1;
    private static final int EXTENDED_FEATURES = 7;

    static final String FIRST = "find-expected-hashes";

    private static final String OPEN_LOCAL_MAP = "open-local-map";
    private static final String ACCEPT = "accept-memory";
    private static final String CONVERT = "convert-shared-regions";
    private static final String CHECK = "check-shared-regions";

    private IsolationSteps() {}

    static List<Step> steps() {
        return List.of(
                PanicSteps.step(FIRST, IsolationSteps::findExpectedHashes),
                PanicSteps.step("S23", "enable-vtl-protection", IsolationSteps::enableProtection),
                PanicSteps.step("S24", "protect-launched-memory", IsolationSteps::protect),
                PanicSteps.step("S25", OPEN_LOCAL_MAP, cpu -> LocalMap.of(cpu).open()),
                PanicSteps.step("S26", ACCEPT, IsolationSteps::accept),
                PanicSteps.step("S27", "accept-bounce-buffer", IsolationSteps::acceptBounceBuffer),
                PanicSteps.step("S28", CONVERT, IsolationSteps::convert),
                PanicSteps.step("S29", "prepare-other-processors", IsolationSteps::prepareProcessors),
                PanicSteps.step("S30", "share-hypercall-pages", cpu -> TdxHypercalls.of(cpu)
                        .enable()),
                PanicSteps.step("S31", "start-other-processors", IsolationSteps::startProcessors),
                PanicSteps.step("S32", CHECK, IsolationSteps::checkHash));
    }

    private static void findExpectedHashes(Cpu cpu) {
        new HashDiagnosis(cpu).findExpectedHashes();
        if (ShimVariables.of(cpu).hardwareIsolated()) {
            cpu.jumpTo(OPEN_LOCAL_MAP);
        }
    }

    private static void enableProtection(Cpu cpu) {
        ShimHypercalls.of(cpu).writeRegister(RegisterName.VSM_PARTITION_CONFIG, PROTECT_ALL_OF_VTL2);
    }

    private static AcceptancePlan plan(Cpu cpu) {
        ShimInputs inputs = InputReader.inputs(cpu);
        return AcceptancePlan.of(inputs, Topology.of(inputs, PlanLog.SILENT));
    }

    private static void protect(Cpu cpu) {
        ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
        plan(cpu).protect().forEach(hypercalls::protect);
        cpu.jumpTo(ACCEPT);
    }

    private static void accept(Cpu cpu) {
        List<GpaRange> ranges = plan(cpu).accept();
        if (ShimVariables.of(cpu).hardwareIsolated()) {
            PrivatePages pages = PrivatePages.of(cpu);
            ranges.forEach(pages::accept);
        } else {
            ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
            ranges.forEach(hypercalls::accept);
            cpu.jumpTo(CONVERT); // its images have no bounce buffer
        }
    }

    private static void acceptBounceBuffer(Cpu cpu) {
        PrivatePages pages = PrivatePages.of(cpu);
        plan(cpu).acceptBounce().forEach(pages::accept);
    }

    private static void convert(Cpu cpu) {
        ShimVariables variables = ShimVariables.of(cpu);
        List<GpaRange> ranges = plan(cpu).convert();
        if (variables.hardwareIsolated()) {
            if (!ranges.isEmpty()) {
                askForHashInstructions(cpu);
            }
            long bounceBuffer = InputReader.of(cpu).image().bounceBuffer().start();
            ShimLayout.of(cpu).clearLate(cpu);
            HashDiagnosis diagnosis = new HashDiagnosis(cpu);
            ranges.forEach(range -> PrivatePages.convert(cpu, range, bounceBuffer, diagnosis));
            diagnosis.finish();
        } else {
            ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
            ranges.forEach(hypercalls::accept);
        }
        if (variables.isolation() != TreeIsolation.TDX) {
            cpu.jumpTo(CHECK);
        }
    }

    /** The reference asks, before it hashes for the first time, how it may do so; the host sees that. */
    private static void askForHashInstructions(Cpu cpu) {
        cpu.cpuid(VERSION_AND_FEATURES, 0);
        cpu.cpuid(EXTENDED_FEATURES, 0);
        cpu.cpuid(EXTENDED_FEATURES, 1);
    }

    private static void prepareProcessors(Cpu cpu) {
        AddressSpace space = MemoryPlan.of(InputReader.inputs(cpu)).addressSpace();
        long tables = ApPageTables.range(space).start();
        LocalMap window = LocalMap.of(cpu);
        cpu.memory().writeBytes(window.map(tables, 0), ApPageTables.of(space));
        window.unmap();
        TdxTrampolineContext context = cpu.memory().read(TdxTrampolineContext.CODEC, TdxTrampolineContext.GPA);
        cpu.memory().write(TdxTrampolineContext.CODEC, TdxTrampolineContext.GPA, context.forOtherProcessors(tables));
    }

    private static void startProcessors(Cpu cpu) {
        int count = InputReader.of(cpu).hostTree().cpus().size();
        TdxHypercalls hypercalls = TdxHypercalls.of(cpu);
        for (int vp = 1; vp < count; vp++) {
            hypercalls.enableVtl(vp);
        }
        for (int vp = 1; vp < count; vp++) {
            hypercalls.startProcessor(vp);
        }
    }

    /** What the host could have changed before it was accepted must be what the image's maker saw. */
    private static void checkHash(Cpu cpu) {
        List<GpaRange> shared = plan(cpu).convert();
        if (shared.isEmpty()) {
            return;
        }
        Sha384 hash = new Sha384();
        for (GpaRange range : shared) {
            for (long at = range.start(); at != range.end(); at += PAGE_BYTES) {
                hash.add(cpu.memory().readBytes(at, PAGE_BYTES));
            }
        }
        Bytes found = hash.finish();
        Bytes expected = InputReader.of(cpu).importedHash();
        if (!found.equals(expected)) {
            new HashDiagnosis(cpu).explain(found, expected);
            throw new ShimFatalException("imported regions hash mismatch: SHA-384 of the shared regions is "
                    + found.toHex() + ", the image says " + expected.toHex());
        }
    }
}
