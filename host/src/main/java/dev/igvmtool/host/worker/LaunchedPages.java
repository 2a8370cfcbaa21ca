package dev.igvmtool.host.worker;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.loader.Acceptance;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;

/** To whom the pages of an isolated partition belong when it starts: what the launch leaves. */
final class LaunchedPages {
    private static final int PAGE_SHIFT = 12;

    private LaunchedPages() {}

    /** What was imported is accepted, or shared if so imported; nothing else is accepted. */
    static void apply(LoadPlan plan, PartitionMemory memory) {
        if (memory.encryption() == Encryption.NONE) {
            return;
        }
        for (MemoryEntry entry : plan.memoryMap().entries()) {
            set(memory, entry.range(), PageState.UNACCEPTED);
        }
        for (PageImport pages : plan.imports()) {
            set(memory, pages.range(), pages.acceptance() == Acceptance.SHARED ? PageState.SHARED : PageState.ACCEPTED);
        }
    }

    private static void set(PartitionMemory memory, GpaRange range, PageState state) {
        memory.setPageState(range.start() >>> PAGE_SHIFT, range.end() >>> PAGE_SHIFT, state);
    }
}
