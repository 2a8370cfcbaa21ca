package dev.igvmtool.bootshim;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Core;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The exception vectors of the shim: sixteen branches, each to a step that tells the host and ends. Follows
 * minimal_rt/src/arch/aarch64/entry.rs.
 */
final class ArmVectors {
    private static final int ALIGNMENT = 0x800;
    private static final int VECTOR_BYTES = 0x80;
    private static final int COUNT = 16;
    private static final long CRASH_NOTIFY = 0xa000_0000_0000_0000L;

    private ArmVectors() {}

    static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int vector = 0; vector < COUNT; vector++) {
            int code = code(vector);
            steps.add(Step.arm(name(vector), cpu -> report(cpu, code)));
        }
        return steps;
    }

    /** The group of four in the high digit, the kind of exception in the low one. */
    private static int code(int vector) {
        return vector / 4 << 4 | vector % 4;
    }

    private static String name(int vector) {
        return String.format("exception-%02x", code(vector));
    }

    private static void report(ArmCpu cpu, int code) {
        ArmRegisterCalls calls = new ArmRegisterCalls(cpu);
        calls.setGuestOsId(HypercallPage.GUEST_OS_ID);
        calls.setCrash(
                code,
                cpu.get(SystemRegister.PAR_EL1),
                cpu.get(SystemRegister.ELR_EL1),
                cpu.get(SystemRegister.ESR_EL1),
                0,
                CRASH_NOTIFY);
        ArmPanicSteps.end(cpu);
    }

    /** Constants of the program: the placement, then room up to the alignment of the vectors, then these. */
    static Bytes constants(ShimPlacement placement, List<Step> steps) {
        long slots = placement.entryOffset();
        long start = slots + (long) steps.size() * ImageLayout.SLOT_BYTES;
        ByteWriter writer = new ByteWriter().bytes(ShimPlacement.CODEC.toBytes(placement));
        long table = aligned(start + writer.size());
        writer.zeros((int) (table - start - writer.size()));
        int first = steps.size() - COUNT;
        for (int vector = 0; vector < COUNT; vector++) {
            long from = table + (long) vector * VECTOR_BYTES;
            long to = slots + (long) (first + vector) * ImageLayout.SLOT_BYTES;
            writer.u32(StageImage.branch(to - from)).zeros(VECTOR_BYTES - Integer.BYTES);
        }
        return writer.toBytes();
    }

    /** Where they stand in the running shim, whose base is page aligned. */
    static long address(Core cpu) {
        return aligned(cpu.constants() + ShimPlacement.CODEC.size());
    }

    private static long aligned(long address) {
        return address + ALIGNMENT - 1 & -ALIGNMENT;
    }
}
