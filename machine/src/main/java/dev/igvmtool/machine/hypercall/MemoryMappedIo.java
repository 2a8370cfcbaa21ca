package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.MmioReadInput;
import dev.igvmtool.machine.memory.PhysicalMemory;

/**
 * {@code HvCallMemoryMappedIoRead} and {@code -Write}: one access by physical address to a device of the host. It
 * has none: such addresses read as ones and ignore writes.
 */
final class MemoryMappedIo implements Hypercall {
    private static final Bytes ONES = Bytes.fromHex("ff".repeat(MmioReadInput.DATA_BYTES));

    private final HypercallCode code;
    private final boolean write;

    MemoryMappedIo(HypercallCode code) {
        this.code = code;
        this.write = code == HypercallCode.MEMORY_MAPPED_IO_WRITE;
    }

    @Override
    public HypercallCode code() {
        return code;
    }

    @Override
    public Shape shape() {
        int header = MmioReadInput.CODEC.size();
        return write
                ? Shape.simple(header + MmioReadInput.DATA_BYTES, 0)
                : Shape.simple(header, MmioReadInput.DATA_BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        MmioReadInput input = frame.header(MmioReadInput.CODEC);
        HypercallFrame.requireZero(input.reserved());
        long gpa = input.gpa();
        long width = input.accessWidth();
        boolean inPage = width >= 1
                && width <= MmioReadInput.DATA_BYTES
                && (gpa & PhysicalMemory.PAGE_SIZE - 1) + width <= PhysicalMemory.PAGE_SIZE;
        // RAM is the guest's own: it needs no host to reach it.
        HypercallFrame.require(
                inPage && gpa >= 0 && !frame.partition().physical().isRam(gpa), HvStatus.INVALID_PARAMETER);
        if (!write) {
            frame.putBytes(0, ONES.slice(0, (int) width));
        }
        return HvStatus.SUCCESS;
    }
}
