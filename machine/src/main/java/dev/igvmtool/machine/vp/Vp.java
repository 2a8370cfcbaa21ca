package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.ArmInitialVpContext;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.partition.Partition;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One virtual processor as the machine has it; a program sees its {@link #cpu}. {@link #turn} runs one step. All that it
 * is lies in its {@link VpState}; what its parts hold besides holds only during a step.
 */
public final class Vp {
    private final Partition partition;
    private final int index;
    private final int apicId;
    private VpState state;
    private @Nullable VpState saved;

    private final VpActivity activity;
    private final VpMemory memory;
    private final StageCode stages;
    private final VpCpu cpu;
    private final ArmCode armCode;
    private final ArmProcessor armCpu;

    /** @param index VP index, 0 for the boot processor */
    public Vp(Partition partition, int index, int apicId) {
        this.partition = partition;
        this.index = index;
        this.apicId = apicId;
        this.state =
                new VpState(partition.architecture(), partition.vtlCount(), index == 0, partition.startsInX2apic());
        this.activity = new VpActivity(this);
        this.memory = new VpMemory(this);
        this.stages = new StageCode(this, partition);
        this.cpu = new VpCpu(this, stages);
        this.armCode = new ArmCode(this);
        this.armCpu = new ArmProcessor(this, armCode.running());
    }

    public Partition partition() {
        return partition;
    }

    /** VP index. */
    public int index() {
        return index;
    }

    /** x2APIC id, on AArch64 the low 32 bits of MPIDR. */
    public int apicId() {
        return apicId;
    }

    // ---- state ----

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

    /** Something of the state has changed that translation or scheduling may depend on. */
    void registersChanged() {
        saved = null;
        memory.modeChanged();
        partition.mayRun().set(index);
    }

    /** Something of the state has changed that neither translation nor scheduling depends on. */
    void plainRegisterChanged() {
        saved = null;
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

    /** A general register of the running VTL. */
    public long get(Gpr register) {
        return state.gpr(state.activeVtl, register);
    }

    /** Sets a general register of the running VTL. */
    public void set(Gpr register, long value) {
        plainRegisterChanged();
        state.setGpr(state.activeVtl, register, value);
    }

    /** Address of what runs next: RIP, on AArch64 PC. */
    public long rip() {
        return state.active().rip;
    }

    // ---- parts ----

    /** The processor that a program on this VP sees. */
    public Cpu cpu() {
        return cpu;
    }

    /** The processor that a program on this VP sees if it is AArch64. */
    public ArmCpu armCpu() {
        return armCpu;
    }

    /** What the VP reaches besides memory. */
    PlatformAccess platform() {
        return cpu.platform();
    }

    /** Memory by guest virtual address, as the running VTL reaches it. */
    public VirtualMemory memory() {
        return memory.virtual();
    }

    /** Runs {@code action} with memory accessed as at privilege level 0. */
    void asSupervisor(Runnable action) {
        memory.asSupervisor(action);
    }

    /** #GP unless the VP is at privilege level 0. */
    void requireKernel(String instruction) {
        if (state.active().cpl() != 0) {
            throw GuestException.generalProtection(instruction + " outside privilege level 0");
        }
    }

    /** Whether the VP runs. */
    VpActivity activity() {
        return activity;
    }

    // ---- what it does ----

    /** What the VP is doing. */
    public RunState runState() {
        return activity.runState();
    }

    /** Why the VP is stopped; empty if it is not. */
    public String stopReason() {
        return state.stopReason;
    }

    /** Ends the VP for good. */
    public void stop(String reason) {
        activity.stop(reason);
    }

    /** Enables a VTL; its registers are those of {@code context}. */
    public void enableVtl(int vtl, InitialVpContext context) {
        enableVtl(vtl);
        state.vtl(vtl).apply(context);
    }

    /** Enables a VTL in its reset state. */
    public void enableVtl(int vtl) {
        activity.enableVtl(vtl);
    }

    /** Takes a VTL away, and holds the VP until it is started; see {@link Partition#withdrawVtl}. */
    public void withdrawVtl(int vtl) {
        activity.withdrawVtl(vtl);
    }

    /** Lets the VP run in an enabled VTL. */
    public void start(int vtl, int startedBy) {
        activity.start(vtl, startedBy);
    }

    /** Enables a VTL of an AArch64 VP; its registers are those of {@code context}. */
    public void enableVtl(int vtl, ArmInitialVpContext context) {
        enableVtl(vtl);
        VtlState target = mutableState().vtl(vtl);
        target.rip = context.pc();
        target.arm().apply(context);
        state.setX(ArmInitialVpContext.PLATFORM_REGISTER, context.x18());
    }

    /** Starts a VTL anew with the registers of a start context. */
    public void start(int vtl, InitialVpContext context, int startedBy) {
        mutableState().vtl(vtl).apply(context);
        activity.start(vtl, startedBy);
    }

    /** Makes an edge-triggered interrupt pending in one VTL. */
    public void requestInterrupt(int vtl, int vector) {
        requestInterrupt(vtl, vector, false, false);
    }

    /**
     * Makes an interrupt pending in one VTL, if its APIC is enabled.
     *
     * @param level level triggered
     * @param endsItself its end needs no EOI
     */
    public void requestInterrupt(int vtl, int vector, boolean level, boolean endsItself) {
        if (state.hasVtl(vtl) && state.vtl(vtl).apic.enabled()) {
            mutableState().vtl(vtl).apic.request(vector, level, endsItself);
        }
    }

    /** True if {@link #turn} would do something. */
    public boolean canTakeTurn() {
        return activity.canTakeTurn();
    }

    /** One turn: takes a pending interrupt if there is one, then runs one step. */
    public void turn() {
        registersChanged();
        if (partition.architecture() == Architecture.AARCH64) {
            armCode.turn();
        } else {
            stages.turn();
        }
    }

    // ---- looking at it ----

    /** Reports memory accesses as events, or stops doing so. */
    public void observe(boolean observed) {
        memory.observe(observed);
    }

    /** Tells of an operation on pages that this VP has asked for. */
    void reportPages(String operation, long gpa, long sizeBytes) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.PageOperation(index, vtl(), operation, gpa, sizeBytes));
        }
    }

    /** Virtual address of what runs next. */
    public long codeAddress() {
        return partition.architecture() == Architecture.AARCH64 ? rip() : stages.codeAddress();
    }

    /** The slot at RIP, if one stands there; looking leaves no trace in the guest. */
    public Optional<Slot> slotAtRip() {
        return peek(codeAddress(), Slot.SIZE).flatMap(Slot::decode);
    }

    /** Memory as the VP would read it now, without leaving a trace; empty if some byte cannot be reached. */
    public Optional<Bytes> peek(long gva, int length) {
        return memory.virtual().peek(gva, length);
    }

    /** What governs translation in a VTL now, optionally as at privilege level 0. */
    public PagingMode pagingMode(int vtl, boolean supervisor) {
        return memory.pagingMode(vtl, supervisor);
    }
}
