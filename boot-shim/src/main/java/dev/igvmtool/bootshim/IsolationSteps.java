package dev.igvmtool.bootshim;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.bootshim.plan.AcceptancePlan;
import dev.igvmtool.bootshim.plan.PlanLog;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.bootshim.plan.ShimInputs;
import dev.igvmtool.bootshim.plan.Topology;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** What a shim isolated by VBS does to its memory: events S23 to S32. Without isolation they are passed over. */
final class IsolationSteps {
    private static final long PROTECT_ALL_OF_VTL2 =
            VsmPartitionConfig.ENABLE_VTL_PROTECTION | VsmPartitionConfig.DEFAULT_PROTECTION_MASK;
    private static final int PAGE_BYTES = 4096;

    private IsolationSteps() {}

    static List<Step> steps() {
        return List.of(
                Step.of("S23", "enable-vtl-protection", PanicSteps.guarded(IsolationSteps::enableProtection)),
                Step.of("S24", "protect-launched-memory", PanicSteps.guarded(IsolationSteps::protect)),
                Step.of("S26", "accept-memory", PanicSteps.guarded(IsolationSteps::accept)),
                Step.of("S28", "convert-shared-regions", PanicSteps.guarded(IsolationSteps::convert)),
                Step.of("S32", "check-shared-regions", PanicSteps.guarded(IsolationSteps::checkHash)));
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
    }

    private static void accept(Cpu cpu) {
        ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
        plan(cpu).accept().forEach(hypercalls::accept);
    }

    private static void convert(Cpu cpu) {
        ShimHypercalls hypercalls = ShimHypercalls.of(cpu);
        plan(cpu).convert().forEach(hypercalls::accept);
    }

    /** What the host could have changed before it was accepted must be what the image's maker saw. */
    private static void checkHash(Cpu cpu) {
        List<GpaRange> shared = plan(cpu).convert();
        if (shared.isEmpty()) {
            return;
        }
        MessageDigest digest = sha384();
        byte[] page = new byte[PAGE_BYTES];
        for (GpaRange range : shared) {
            for (long at = range.start(); at != range.end(); at += PAGE_BYTES) {
                cpu.memory().read(at, page, 0, PAGE_BYTES);
                digest.update(page);
            }
        }
        Bytes found = Bytes.wrap(digest.digest());
        Bytes expected = InputReader.of(cpu).importedHash();
        if (!found.equals(expected)) {
            throw new ShimFatalException(
                    "SHA-384 of the shared regions is " + found.toHex() + ", the image says " + expected.toHex());
        }
    }

    private static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-384", e);
        }
    }
}
