package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.partition.Partition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One virtual processor. It is the {@link Cpu} of the program that runs on it; {@link #turn} runs one step. All that it
 * is lies in its {@link VpState}; the other fields hold only during a step.
 */
public final class Vp implements Cpu {
    private static final long RFLAGS_FIXED = 2;
    private static final long RFLAGS_IOPL = 3 << 12;
    private static final long RFLAGS_AC = 1 << 18;
    private static final long CR0_PG = 1L << 31;
    private static final long CR4_LA57 = 1 << 12;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;

    private final Partition partition;
    private final int index;
    private final int apicId;
    private VpState state;
    private @Nullable VpState saved;
    private @Nullable PagingMode pagingMode;

    private final VirtualMemory memory;
    private final StageCode stages;
    private final PlatformAccess platform;
    private final SnpInstructions snp;
    private final TdxInstructions tdx;
    private final ControlTransfers transfers;
    private boolean supervisorAccess;

    /** @param index VP index, 0 for the boot processor */
    public Vp(Partition partition, int index, int apicId) {
        this.partition = partition;
        this.index = index;
        this.apicId = apicId;
        this.state = new VpState(partition.vtlCount(), index == 0);
        this.memory = new VirtualMemory(partition.memory(), new VirtualMemory.Context() {
            @Override
            public PagingMode pagingMode() {
                return Vp.this.pagingMode();
            }

            @Override
            public int vtl() {
                return state.activeVtl;
            }
        });
        this.stages = new StageCode(this, partition);
        this.platform = new PlatformAccess(this, partition, stages);
        this.snp = new SnpInstructions(this, partition);
        this.tdx = new TdxInstructions(this, partition);
        this.transfers = new ControlTransfers(this);
    }

    // ---- the machine's side ----

    public Partition partition() {
        return partition;
    }

    /** VP index. */
    public int index() {
        return index;
    }

    /** x2APIC id. */
    public int apicId() {
        return apicId;
    }

    /** VTL in which the VP runs. */
    public int vtl() {
        return state.activeVtl;
    }

    /** Registers, to look at. */
    public VpState state() {
        return state;
    }

    /** Registers, to be changed from outside a step: the VP may be able to run afterwards. */
    public VpState mutableState() {
        registersChanged();
        return state;
    }

    void registersChanged() {
        saved = null;
        pagingMode = null;
        partition.mayRun().set(index);
    }

    /** State for a snapshot; the same object as long as the VP did nothing. */
    public VpState save() {
        VpState copy = saved;
        if (copy == null) {
            copy = state.copy();
            saved = copy;
        }
        return copy;
    }

    /** Goes back to a state that {@link #save} returned. */
    public void restore(VpState snapshot) {
        if (saved == snapshot) {
            partition.mayRun().set(index);
            return;
        }
        state = snapshot.copy();
        registersChanged();
        saved = snapshot;
    }

    /** What the VP is doing. */
    public RunState runState() {
        if (!state.stopReason.isEmpty()) {
            return RunState.STOPPED;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return RunState.WAITING_FOR_START;
        }
        return vtl.halted ? RunState.HALTED : RunState.RUNNING;
    }

    /** Why the VP is stopped; empty if it is not. */
    public String stopReason() {
        return state.stopReason;
    }

    /** Ends the VP for good. */
    public void stop(String reason) {
        mutableState().stopReason = reason;
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStopped(index, vtl(), state.active().rip, reason));
        }
    }

    /** Enables a VTL; its registers are those of {@code context}. */
    public void enableVtl(int vtl, InitialVpContext context) {
        VpState mutable = mutableState();
        VtlState fresh = new VtlState(index == 0);
        fresh.startSuspended = true;
        fresh.apply(context);
        mutable.vtls[vtl] = fresh;
    }

    /** Enables a VTL in its reset state. */
    public void enableVtl(int vtl) {
        VtlState fresh = new VtlState(index == 0);
        fresh.startSuspended = true;
        mutableState().vtls[vtl] = fresh;
    }

    /** Lets the VP run in an enabled VTL. */
    public void start(int vtl, int startedBy) {
        VpState mutable = mutableState();
        VtlState target = mutable.vtl(vtl);
        target.startSuspended = false;
        target.halted = false;
        if (index == 0) {
            // The boot processor waits for nobody: what is below runs as soon as it is returned to.
            for (int lower = 0; lower < vtl; lower++) {
                if (mutable.hasVtl(lower)) {
                    mutable.vtl(lower).startSuspended = false;
                }
            }
        }
        mutable.activeVtl = vtl;
        mutable.stopReason = "";
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStarted(index, vtl, target.rip, startedBy));
        }
    }

    /** Starts a VTL anew with the registers of a start context. */
    public void start(int vtl, InitialVpContext context, int startedBy) {
        mutableState().vtl(vtl).apply(context);
        start(vtl, startedBy);
    }

    /** Makes an interrupt pending in one VTL. */
    public void requestInterrupt(int vtl, int vector) {
        if (state.hasVtl(vtl) && state.vtl(vtl).apic.enabled()) {
            mutableState().vtl(vtl).apic.request(vector);
        }
    }

    /** True if {@link #turn} would do something. */
    public boolean canTakeTurn() {
        if (!state.stopReason.isEmpty()) {
            return false;
        }
        if (interruptedVtl() >= 0) {
            return true;
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return false;
        }
        return !vtl.halted || wakes(vtl);
    }

    /** Reports memory accesses as events, or stops doing so. */
    public void observe(boolean observed) {
        if (!observed) {
            memory.observe(null);
            return;
        }
        memory.observe((kind, gva, gpa, length) -> partition.emit(
                switch (kind) {
                    case READ, EXECUTE -> new MachineEvent.MemoryRead(index, vtl(), gva, gpa, length);
                    case WRITE -> new MachineEvent.MemoryWrite(index, vtl(), gva, gpa, length);
                }));
    }

    /** The slot at RIP, if one stands there; looking leaves no trace in the guest. */
    public Optional<Slot> slotAtRip() {
        return peek(stages.codeAddress(), Slot.SIZE).flatMap(Slot::decode);
    }

    /** Memory as the VP would read it now, without leaving a trace; empty if some byte cannot be reached. */
    public Optional<Bytes> peek(long gva, int length) {
        return memory.peek(gva, length);
    }

    /** One turn: takes a pending interrupt if there is one, then runs one step. */
    public void turn() {
        registersChanged();
        stages.turn();
    }

    void beginStep() {
        platform.beginStep();
    }

    /** Reads code at a virtual address. */
    void fetch(long address, byte[] target, int length) {
        memory.fetch(address, target, length);
    }

    /** Where a virtual address points, whatever the state of the page. */
    VirtualMemory.Target target(long address) {
        return memory.target(address);
    }

    /** What the VP reaches besides memory. */
    PlatformAccess platform() {
        return platform;
    }

    /** Virtual address of the last access that the hypervisor did not let through. */
    long faultAddress() {
        return memory.faultAddress();
    }

    /** The highest VTL that is enabled. */
    int highestVtl() {
        int vtl = state.vtls.length - 1;
        while (!state.hasVtl(vtl)) {
            vtl--;
        }
        return vtl;
    }

    /** A VTL above the running one that has an interrupt to take, -1 if there is none. */
    int interruptedVtl() {
        for (int vtl = state.vtls.length - 1; vtl > state.activeVtl; vtl--) {
            VtlState higher = state.vtls[vtl];
            if (higher != null && !higher.startSuspended && higher.apic.deliverable(higher.cr8) >= 0) {
                return vtl;
            }
        }
        return -1;
    }

    private static boolean wakes(VtlState vtl) {
        return (vtl.pendingEvent & 1) != 0 || (vtl.rflags & RFLAGS_IF) != 0 && vtl.apic.deliverable(vtl.cr8) >= 0;
    }

    /** What governs translation in a VTL now, optionally as at privilege level 0. */
    public PagingMode pagingMode(int vtlNumber, boolean supervisor) {
        VtlState vtl = state.vtl(vtlNumber);
        return new PagingMode(
                vtl.cr0,
                vtl.cr3,
                vtl.cr4,
                vtl.efer,
                !supervisor && vtl.cpl() == 3,
                (vtl.rflags & RFLAGS_AC) != 0,
                partition.config().physicalAddressBits(),
                partition.memory().encryption().addressBit());
    }

    private PagingMode pagingMode() {
        PagingMode mode = pagingMode;
        if (mode == null) {
            mode = pagingMode(state.activeVtl, supervisorAccess);
            pagingMode = mode;
        }
        return mode;
    }

    /** Runs {@code action} with memory accessed as at privilege level 0. */
    void asSupervisor(Runnable action) {
        supervisorAccess = true;
        pagingMode = null;
        try {
            action.run();
        } finally {
            supervisorAccess = false;
            pagingMode = null;
        }
    }

    // ---- the program's side ----

    @Override
    public long get(Gpr register) {
        return state.gpr(state.activeVtl, register);
    }

    @Override
    public void set(Gpr register, long value) {
        saved = null;
        state.setGpr(state.activeVtl, register, value);
    }

    @Override
    public long rip() {
        return state.active().rip;
    }

    @Override
    public void jump(long address) {
        if (!PageWalker.isCanonical(address)) {
            throw GuestException.generalProtection(String.format("jump to 0x%x, which is not canonical", address));
        }
        saved = null;
        state.active().rip = address;
    }

    @Override
    public long rflags() {
        return state.active().rflags;
    }

    @Override
    public void setRflags(long value) {
        VtlState vtl = state.active();
        long kept = 0;
        if (vtl.cpl() > 0) {
            kept |= RFLAGS_IOPL;
            if (vtl.cpl() > (vtl.rflags & RFLAGS_IOPL) >> 12) {
                kept |= RFLAGS_IF;
            }
        }
        vtl.rflags = value & ~kept | vtl.rflags & kept | RFLAGS_FIXED;
        registersChanged();
    }

    @Override
    public long get(ControlRegister register) {
        requireKernel("MOV from a control register");
        VtlState vtl = state.active();
        return switch (register) {
            case CR0 -> vtl.cr0;
            case CR2 -> state.cr2;
            case CR3 -> vtl.cr3;
            case CR4 -> vtl.cr4;
            case CR8 -> vtl.cr8;
        };
    }

    @Override
    public void set(ControlRegister register, long value) {
        requireKernel("MOV to a control register");
        VtlState vtl = state.active();
        switch (register) {
            case CR0 -> {
                vtl.cr0 = value;
                boolean active = (value & CR0_PG) != 0 && (vtl.efer & EFER_LME) != 0;
                vtl.efer = active ? vtl.efer | EFER_LMA : vtl.efer & ~EFER_LMA;
            }
            case CR2 -> state.cr2 = value;
            case CR3 -> vtl.cr3 = value;
            case CR4 -> {
                if ((value & CR4_LA57) != 0) {
                    throw GuestException.generalProtection("CR4.LA57 is not supported");
                }
                vtl.cr4 = value;
            }
            case CR8 -> {
                if ((value & ~0xfL) != 0) {
                    throw GuestException.generalProtection(String.format("CR8 cannot be 0x%x", value));
                }
                vtl.cr8 = value;
            }
        }
        registersChanged();
    }

    @Override
    public SegmentValue get(SegmentRegister register) {
        return state.active().segment(register);
    }

    @Override
    public void set(SegmentRegister register, SegmentValue value) {
        state.active().setSegment(register, value);
        registersChanged();
    }

    @Override
    public TableValue gdtr() {
        return state.active().gdtr;
    }

    @Override
    public void setGdtr(TableValue value) {
        requireKernel("LGDT");
        saved = null;
        state.active().gdtr = value;
    }

    @Override
    public TableValue idtr() {
        return state.active().idtr;
    }

    @Override
    public void setIdtr(TableValue value) {
        requireKernel("LIDT");
        saved = null;
        state.active().idtr = value;
    }

    @Override
    public long debugRegister(int number) {
        requireKernel("MOV from a debug register");
        return switch (number) {
            case 0, 1, 2, 3 -> state.debugRegisters[number];
            case 6 -> state.dr6;
            case 7 -> state.active().dr7;
            default -> throw GuestException.invalidOpcode("debug register " + number + " does not exist");
        };
    }

    @Override
    public void setDebugRegister(int number, long value) {
        requireKernel("MOV to a debug register");
        switch (number) {
            case 0, 1, 2, 3 -> state.debugRegisters[number] = value;
            case 6 -> state.dr6 = value;
            case 7 -> state.active().dr7 = value;
            default -> throw GuestException.invalidOpcode("debug register " + number + " does not exist");
        }
    }

    @Override
    public void saveFxState(long address) {
        requireFxAlignment(address);
        memory.writeBytes(address, state.fxState());
    }

    @Override
    public void restoreFxState(long address) {
        requireFxAlignment(address);
        saved = null;
        state.setFxState(memory.readBytes(address, VpState.FX_BYTES));
    }

    private static void requireFxAlignment(long address) {
        if ((address & 15) != 0) {
            throw GuestException.generalProtection(String.format("FX state at 0x%x is not aligned", address));
        }
    }

    @Override
    public Memory memory() {
        return memory;
    }

    @Override
    public void invlpg(long address) {
        requireKernel("INVLPG");
        // Every access walks the tables as they are.
    }

    @Override
    public void halt() {
        requireKernel("HLT");
        state.active().halted = true;
    }

    @Override
    public void pause() {
        // Every turn is one step; it ends anyhow.
    }

    @Override
    public long readMsr(int number) {
        return platform.readMsr(number);
    }

    @Override
    public void writeMsr(int number, long value) {
        platform.writeMsr(number, value);
    }

    @Override
    public long readTimeStampCounter() {
        return partition.clock().timeStampCounter(partition.stepsRetired());
    }

    @Override
    public void pvalidate() {
        snp.pvalidate();
    }

    @Override
    public void vmgexit() {
        snp.vmgexit();
    }

    @Override
    public void tdcall() {
        tdx.tdcall();
    }

    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        return platform.cpuid(leaf, subleaf);
    }

    @Override
    public int in(int port, int sizeBytes) {
        return platform.in(port, sizeBytes);
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        platform.out(port, sizeBytes, value);
    }

    @Override
    public void callHypercallPage(long address) {
        platform.callHypercallPage(address);
    }

    @Override
    public void interruptReturn() {
        transfers.interruptReturn();
    }

    @Override
    public void systemCall() {
        transfers.systemCall();
    }

    @Override
    public void systemReturn() {
        transfers.systemReturn();
    }

    @Override
    public long origin() {
        return stages.origin();
    }

    @Override
    public long addressOf(String stepName) {
        return stages.addressOf(stepName);
    }

    @Override
    public <S extends Record> Optional<S> kept(Class<S> type) {
        Record record = partition.state().kept.get(stages.programNumber());
        return type.isInstance(record) ? Optional.of(type.cast(record)) : Optional.empty();
    }

    @Override
    public void keep(Record record) {
        partition.state().kept.put(stages.programNumber(), record);
    }

    /** #GP unless the VP is at privilege level 0. */
    void requireKernel(String instruction) {
        if (state.active().cpl() != 0) {
            throw GuestException.generalProtection(instruction + " outside privilege level 0");
        }
    }
}
