package dev.igvmtool.paravisor.saved;

import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.devicetree.binding.BootTree;
import java.util.ArrayList;
import java.util.List;

/** What the boot shim of the next instance is told about memory: all that the boot tree says of it. */
public final class SavedMemory {
    private SavedMemory() {}

    /** The state of a tree, without devices that have interrupts or I/O under way. */
    public static SavedState of(BootTree tree) {
        List<SavedState.Memory> memory = new ArrayList<>();
        List<SavedState.Mmio> mmio = new ArrayList<>();
        for (BootTree.PartitionMemory piece : tree.partition()) {
            piece.host()
                    .ifPresentOrElse(
                            host -> memory.add(
                                    new SavedState.Memory(piece.range(), host.node(), piece.type(), host.igvmType())),
                            () -> mmio.add(new SavedState.Mmio(piece.range(), piece.type())));
        }
        return new SavedState(memory, mmio, List.of(), List.of());
    }
}
