package dev.igvmtool.host.worker;

import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.memory.PhysicalMemory;

/** Damages the initrd of a loaded image, to see that the boot shim notices. */
final class InitrdDamage {
    private static final int DAMAGED_BYTE = 5;
    private static final int DAMAGED_BITS = 1 << 6;

    private InitrdDamage() {}

    static void flipBit(LoadPlan plan, PhysicalMemory memory) {
        long gpa = initrdGpa(plan, memory) + DAMAGED_BYTE;
        if (!memory.isRam(gpa)) {
            throw new LoadException(String.format("initrd at 0x%x is not RAM", gpa));
        }
        memory.writeU8(gpa, memory.readU8(gpa) ^ DAMAGED_BITS);
    }

    /**
     * RSI, on AArch64 X0, tells how far the parameters are from the shim, the parameters how far VTL2's memory is: the page for which
     * both lead to the same shim is the parameter page.
     */
    private static long initrdGpa(LoadPlan plan, PhysicalMemory memory) {
        long distance = plan.argument()
                .orElseThrow(() -> new LoadException(
                        "the VP context gives the shim no argument, so there are no shim parameters"));
        long vtl2Base = plan.vtl2Base()
                .orElseThrow(() -> new LoadException("the image has no VTL2 memory, so there is no initrd"));
        for (PageImport page : plan.imports()) {
            if (page.content().size() >= ShimParams.CODEC.size()) {
                ShimParams params = memory.read(ShimParams.CODEC, page.gpa());
                long shimBase = page.gpa() - distance;
                if (shimBase + params.memoryStartOffset() == vtl2Base && params.initrdSize() > DAMAGED_BYTE) {
                    return shimBase + params.initrdOffset();
                }
            }
        }
        throw new LoadException("the image has no shim parameters that name an initrd");
    }
}
