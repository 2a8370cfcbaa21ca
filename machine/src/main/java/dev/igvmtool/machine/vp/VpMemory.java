package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.paging.AddressAlias;
import dev.igvmtool.machine.paging.ArmTranslation;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.paging.Translation;
import dev.igvmtool.machine.partition.Partition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Memory as one VP reaches it: by which registers its addresses are translated, and who watches. */
final class VpMemory {
    private static final long RFLAGS_AC = 1 << 18;

    private final Vp vp;
    private final Partition partition;
    private final VirtualMemory memory;
    private @Nullable Translation mode;
    /** The mode before, which most changes of registers leave as it is. */
    private @Nullable Translation lastMode;

    private boolean supervisorAccess;

    VpMemory(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
        Optional<VirtualMemory.Registers> registers =
                partition.architecture() == Architecture.X64 ? Optional.of(new ApicPage(vp)) : Optional.empty();
        this.memory = new VirtualMemory(
                partition.memory(),
                new VirtualMemory.Context() {
                    @Override
                    public Translation translation() {
                        return presentMode();
                    }

                    @Override
                    public int vtl() {
                        return vp.vtl();
                    }
                },
                registers);
    }

    VirtualMemory virtual() {
        return memory;
    }

    /** Registers that govern translation may have changed. */
    void modeChanged() {
        mode = null;
    }

    private Translation presentMode() {
        Translation present = mode;
        if (present == null) {
            present = partition.architecture() == Architecture.AARCH64 ? armTranslation() : presentPagingMode();
            // The same object again, so that nobody need compare.
            Translation last = lastMode;
            present = last != null && present.equals(last) ? last : present;
            lastMode = present;
            mode = present;
        }
        return present;
    }

    private PagingMode presentPagingMode() {
        PagingMode present = pagingMode(vp.vtl(), supervisorAccess);
        // What the processor itself looks up in tables is not covered by RFLAGS.AC.
        return supervisorAccess ? present.withAccessFlag(false) : present;
    }

    private Translation armTranslation() {
        ArmState arm = vp.state().active().arm();
        return new ArmTranslation(
                arm.get(SystemRegister.SCTLR_EL1), arm.get(SystemRegister.TCR_EL1), arm.get(SystemRegister.TTBR0_EL1));
    }

    /** What governs translation in a VTL now, optionally as at privilege level 0. */
    PagingMode pagingMode(int vtlNumber, boolean supervisor) {
        VtlState vtl = vp.state().vtl(vtlNumber);
        return new PagingMode(
                vtl.cr0,
                vtl.cr3,
                vtl.cr4,
                vtl.efer,
                !supervisor && vtl.cpl() == 3,
                (vtl.rflags & RFLAGS_AC) != 0,
                partition.addressBits(),
                vtl.virtualTom != 0
                        ? new AddressAlias(vtl.virtualTom, true)
                        : partition.memory().encryption().alias());
    }

    /** Runs {@code action} with memory accessed as at privilege level 0. */
    void asSupervisor(Runnable action) {
        supervisorAccess = true;
        mode = null;
        try {
            action.run();
        } finally {
            supervisorAccess = false;
            mode = null;
        }
    }

    /** Reports accesses as events, or stops doing so. */
    void observe(boolean observed) {
        if (!observed) {
            memory.observe(null);
            return;
        }
        memory.observe((kind, gva, gpa, length) -> partition.emit(
                switch (kind) {
                    case READ, EXECUTE -> new MachineEvent.MemoryRead(vp.index(), vp.vtl(), gva, gpa, length);
                    case WRITE -> new MachineEvent.MemoryWrite(vp.index(), vp.vtl(), gva, gpa, length);
                }));
    }
}
