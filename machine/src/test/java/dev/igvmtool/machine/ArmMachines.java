package dev.igvmtool.machine;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.VpState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Small AArch64 machines for tests: 16 MiB of RAM, mapped as an OpenHCL image maps its memory, and one program. */
public final class ArmMachines {
    public static final long TABLES = 0x1000;
    public static final long VECTORS = 0x8000;
    public static final long CODE = 0x10_0000;
    public static final long INPUT_PAGE = 0x3_1000;
    public static final long OUTPUT_PAGE = 0x3_2000;

    /** As the image builder sets them. */
    public static final long SCTLR = 0x30d0_1805L;

    public static final long TCR = 0x5_8080_3511L;

    private static final long BLOCK = 0x0040_0000_0000_070dL;

    private ArmMachines() {}

    private record Listed(List<Step> steps) implements Program {
        @Override
        public String name() {
            return "arm-program";
        }

        @Override
        public int number() {
            return 1;
        }

        @Override
        public Architecture architecture() {
            return Architecture.AARCH64;
        }

        @Override
        public ImageLayout layout() {
            return new ImageLayout(0, 0, 0x1000, 0x2000);
        }
    }

    /** A machine whose VP 0 runs the actions in VTL2; steps are named {@code s0}, {@code s1}, ... */
    public static Machine running(int vps, Step.ArmAction... actions) {
        Program program = new Listed(IntStream.range(0, actions.length)
                .mapToObj(i -> Step.arm("s" + i, actions[i]))
                .toList());
        PartitionConfig config = PartitionConfig.builder()
                .architecture(Architecture.AARCH64)
                .vpCount(vps)
                .ram(List.of(new GpaRange(0, TestMachines.RAM_BYTES)))
                .build();
        Machine machine = new Machine(config, new Programs(List.of(program)));
        PhysicalMemory memory = machine.physicalMemory();
        writeTables(memory);
        memory.writeBytes(CODE, StageImage.slots(program));
        machine.vp(0).enableVtl(2);
        VpState state = machine.vp(0).mutableState();
        state.vtl(2).rip = CODE;
        state.vtl(2).arm().pstate = ProcessorState.EL1H;
        state.vtl(2).arm().set(SystemRegister.SCTLR_EL1, SCTLR);
        state.vtl(2).arm().set(SystemRegister.TCR_EL1, TCR);
        state.vtl(2).arm().set(SystemRegister.TTBR0_EL1, TABLES);
        machine.vp(0).start(2, -1);
        return machine;
    }

    /** 2 MiB blocks for all RAM but the last two, at {@link #TABLES}; unused entries of the root as the builder leaves them. */
    private static void writeTables(PhysicalMemory memory) {
        byte[] root = new byte[0x1000];
        Arrays.fill(root, (byte) 0xfe);
        memory.writeBytes(TABLES, Bytes.wrap(root));
        memory.writeU64(TABLES, TABLES + 0x1000 | 3);
        memory.writeU64(TABLES + 0x1000, TABLES + 0x2000 | 3);
        for (int i = 0; i < 6; i++) {
            memory.writeU64(TABLES + 0x2000 + 8L * i, i * 0x20_0000L | BLOCK);
        }
    }

    /** At {@link #VECTORS}: all sixteen branch to a step. */
    public static void branchAllVectors(PhysicalMemory memory, int step) {
        for (int i = 0; i < 16; i++) {
            long at = VECTORS + i * 0x80L;
            memory.writeU32(at, StageImage.branch(CODE + step * 16L - at));
        }
    }

    /** Input for a call that reads a register of this VP. */
    public static Bytes readRegister(int name) {
        return new ByteWriter()
                .u64(-1)
                .u32(0xffff_fffeL)
                .u32(0)
                .u32(Integer.toUnsignedLong(name))
                .toBytes();
    }
}
