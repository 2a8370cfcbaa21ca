package dev.igvmtool.kernelstub.arm;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.ArmImageHeader;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.ArmMachine;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.state.KernelLog;
import dev.igvmtool.machine.guest.ArmCpu;
import java.nio.ByteOrder;

/** The kernel in one step: what it remembers, its tree and its log. */
record ArmKernel(ArmCpu cpu, ArmKernelState state) {
    static final int EMERGENCY = 0;
    static final int ERROR = 3;
    static final int WARNING = 4;
    static final int INFO = 6;

    private static final int LARGEST_TREE = 2 << 20;
    private static final int TOTAL_SIZE = 4;
    private static final int MAGIC_AND_SIZE = 8;
    private static final int MAGIC = 0xd00d_feed;

    static ArmKernel of(ArmCpu cpu) {
        return new ArmKernel(
                cpu, cpu.kept(ArmKernelState.class).orElseThrow(() -> new KernelPanic("the kernel has not begun")));
    }

    /** Address of the kernel's header. */
    static long image(ArmCpu cpu) {
        return cpu.origin() - ArmImageHeader.CODEC.size();
    }

    /**
     * Where a tree is, which begins at an address.
     *
     * @throws KernelPanic if none begins there that a kernel takes
     */
    static GpaRange treeAt(ArmCpu cpu, long gpa) {
        var start = cpu.memory().readBytes(gpa, MAGIC_AND_SIZE).asBuffer().order(ByteOrder.BIG_ENDIAN);
        long size = Integer.toUnsignedLong(start.getInt(TOTAL_SIZE));
        if (start.getInt(0) != MAGIC || size > LARGEST_TREE) {
            throw new KernelPanic(String.format(
                    "invalid device tree at 0x%x: magic 0x%08x and 0x%x bytes, expected 0x%08x and at most 2 MiB",
                    gpa, start.getInt(0), size, MAGIC));
        }
        return GpaRange.ofSize(gpa, size);
    }

    /**
     * The device tree.
     *
     * @throws KernelPanic if it is none that a kernel can use
     */
    static BootTree read(ArmCpu cpu, GpaRange tree) {
        try {
            Bytes blob = cpu.memory().readBytes(tree.start(), (int) tree.size());
            return BootTree.of(Fdt.parse(blob));
        } catch (FormatException e) {
            throw new KernelPanic(String.format("invalid device tree at 0x%x: %s", tree.start(), e.getMessage()));
        }
    }

    /** The device tree, which has been read before. */
    BootTree tree() {
        return read(cpu, state.tree());
    }

    /** What the tree says of an AArch64 machine. */
    ArmMachine machine() {
        return machine(tree());
    }

    static ArmMachine machine(BootTree tree) {
        return tree.arm().orElseThrow(() -> new KernelPanic("the device tree is not that of an AArch64 machine"));
    }

    void log(int level, String text) {
        new KernelLog(cpu.memory(), state.log()).append(level, 0, text);
    }
}
