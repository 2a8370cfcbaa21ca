package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.ControlRegister;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.memory.VirtualMemory;
import dev.igvmtool.machine.paging.PageWalker;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.partition.Partition;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
    private static final long EFER_SCE = 1;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;
    private static final long SYSRET_FLAGS = 0x3c_7fd7;
    private static final long IRET_FLAGS = 0x25_7fd5;

    private final Partition partition;
    private final int index;
    private final int apicId;
    private VpState state;
    private @Nullable VpState saved;
    private @Nullable PagingMode pagingMode;

    private final VirtualMemory memory;
    private final Msrs msrs;
    private final InterruptDelivery delivery;
    private final VtlTransitions transitions;

    private boolean supervisorAccess;
    private Programs.@Nullable Entry running;
    private long origin;
    private int accessIndex;
    private AfterStep afterStep = AfterStep.NOTHING;
    private final long[] gprsBefore = new long[Gpr.values().length];
    private long rspBefore;
    private long rflagsBefore;

    /** A change of VTL that takes effect when the step is over. */
    private enum AfterStep {
        NOTHING,
        VTL_CALL,
        VTL_RETURN,
        VTL_RETURN_FAST
    }

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
        this.msrs = new Msrs(this, partition);
        this.delivery = new InterruptDelivery(this);
        this.transitions = new VtlTransitions(this, partition);
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

    /** The slot at RIP, if one stands there and can be executed. */
    public Optional<Slot> slotAtRip() {
        try {
            return fetchSlot();
        } catch (GuestException | GpaFault e) {
            return Optional.empty();
        }
    }

    /** One turn: takes a pending interrupt if there is one, then runs one step. */
    public void turn() {
        registersChanged();
        try {
            takeInterrupts();
            if (runState() == RunState.RUNNING) {
                step();
            }
        } catch (GpaFault fault) {
            stop("hypervisor page or interrupt frame cannot be reached: " + fault.getMessage());
        }
    }

    private void takeInterrupts() {
        int higher = interruptedVtl();
        if (higher >= 0) {
            transitions.enterForInterrupt(higher);
        }
        VtlState vtl = state.active();
        if (vtl.startSuspended) {
            return;
        }
        if ((vtl.pendingEvent & 1) != 0) {
            injectEvent(vtl);
        } else if ((vtl.rflags & RFLAGS_IF) != 0 && vtl.completed.isEmpty()) {
            // A step whose accesses are being completed is not over: no interrupt in its middle.
            int vector = vtl.apic.deliverable(vtl.cr8);
            if (vector >= 0) {
                vtl.halted = false;
                vtl.apic.accept(vector);
                deliverExternal(vector);
            }
        }
    }

    /** PendingEvent0: kind 0 an exception, 5 an external interrupt. */
    private void injectEvent(VtlState vtl) {
        long event = vtl.pendingEvent;
        vtl.pendingEvent = 0;
        vtl.halted = false;
        vtl.completed = List.of();
        int kind = (int) (event >>> 1) & 7;
        if (kind == 5) {
            deliverExternal((int) (event >>> 8) & 0xff);
        } else if (kind == 0) {
            int number = (int) (event >>> 16) & 0xffff;
            for (Vector vector : Vector.values()) {
                if (vector.number() == number) {
                    delivery.exception(new GuestException(
                            vector, (int) (event >>> 32), vtl.pendingEventHigh, "exception injected by a higher VTL"));
                    return;
                }
            }
        }
    }

    private void deliverExternal(int vector) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.Interrupt(index, vtl(), vector));
        }
        delivery.external(vector);
    }

    private void step() {
        VtlState vtl = state.active();
        long rip = vtl.rip;
        System.arraycopy(state.gprs, 0, gprsBefore, 0, gprsBefore.length);
        rspBefore = vtl.rsp;
        rflagsBefore = vtl.rflags;
        accessIndex = 0;
        afterStep = AfterStep.NOTHING;
        try {
            execute(vtl, rip);
        } catch (GuestException fault) {
            vtl.rip = rip;
            vtl.completed = List.of();
            fault(vtl, fault);
        } catch (InterceptedAccess access) {
            takeBack(vtl, rip);
            transitions.intercept(access.request);
        } catch (GpaFault fault) {
            long gva = memory.faultAddress();
            takeBack(vtl, rip);
            memoryFault(fault, gva);
        } catch (IgvmToolException failure) {
            vtl.rip = rip;
            stop("the program gave up: " + failure.getMessage());
        } finally {
            running = null;
        }
    }

    private void execute(VtlState vtl, long rip) {
        Optional<Slot> slot = fetchSlot();
        Optional<Programs.Entry> program =
                slot.flatMap(s -> partition.programs().find(s.program()));
        if (slot.isEmpty() || program.isEmpty()) {
            Code code = partition
                    .machineCode()
                    .orElseThrow(() -> GuestException.invalidOpcode(String.format(
                            slot.isPresent()
                                    ? "the program of the slot at 0x%x is not installed"
                                    : "no slot at 0x%x, and nothing to run machine code",
                            rip)));
            code.step(this);
            afterStep(vtl);
            partition.countStep();
            return;
        }
        Programs.Entry entry = program.get();
        int number = slot.get().step();
        if (number >= entry.steps().size()) {
            throw GuestException.invalidOpcode(
                    String.format("program %s has no step %d", entry.program().name(), number));
        }
        running = entry;
        origin = rip - (long) number * Slot.SIZE;
        vtl.rip = rip + Slot.SIZE;
        int level = state.activeVtl;
        Step step = entry.steps().get(number);
        step.action().run(this);
        vtl.completed = List.of();
        long count = partition.countStep();
        if (partition.observed()) {
            partition.emit(new MachineEvent.StepRetired(
                    count, index, level, rip, entry.program().name(), step.name(), step.event()));
        }
        afterStep(vtl);
    }

    private void afterStep(VtlState vtl) {
        if (vtl.halted && partition.observed()) {
            partition.emit(new MachineEvent.VpHalted(index, vtl(), vtl.rip, (vtl.rflags & RFLAGS_IF) != 0));
        }
        switch (afterStep) {
            case NOTHING -> {
                // Goes on in the same VTL.
            }
            case VTL_CALL -> transitions.callHigher();
            case VTL_RETURN -> transitions.returnToLower(false);
            case VTL_RETURN_FAST -> transitions.returnToLower(true);
        }
    }

    /** A step that has not happened leaves no trace in its registers. */
    private void takeBack(VtlState vtl, long rip) {
        System.arraycopy(gprsBefore, 0, state.gprs, 0, gprsBefore.length);
        vtl.rip = rip;
        vtl.rsp = rspBefore;
        vtl.rflags = rflagsBefore;
        vtl.halted = false;
        afterStep = AfterStep.NOTHING;
    }

    private void fault(VtlState vtl, GuestException fault) {
        if (partition.observed()) {
            partition.emit(new MachineEvent.Fault(
                    index, vtl(), vtl.rip, fault.vector().number(), fault.errorCode(), fault.getMessage()));
        }
        delivery.exception(fault);
    }

    private void memoryFault(GpaFault fault, long gva) {
        int handler = highestVtl();
        if (handler > state.activeVtl) {
            transitions.intercept(Intercepts.memory(handler, fault, gva));
        } else {
            stop(fault.getMessage());
        }
    }

    /** An exception that could not be delivered: a higher VTL is told if it wants, otherwise the VP ends. */
    void unrecoverable(GuestException cause) {
        int handler = highestVtl();
        boolean told = handler > state.activeVtl
                && (partition.state().vsmPartitionConfig[handler]
                                & VsmPartitionConfig.INTERCEPT_UNRECOVERABLE_EXCEPTION)
                        != 0;
        if (told) {
            transitions.intercept(Intercepts.unrecoverableException(handler));
        } else {
            stop("triple fault: " + cause.getMessage());
        }
    }

    private int highestVtl() {
        int vtl = state.vtls.length - 1;
        while (!state.hasVtl(vtl)) {
            vtl--;
        }
        return vtl;
    }

    /** A VTL above the running one that has an interrupt to take, -1 if there is none. */
    private int interruptedVtl() {
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

    private Optional<Slot> fetchSlot() {
        VtlState vtl = state.active();
        boolean longMode = (vtl.efer & EFER_LMA) != 0;
        long address = longMode ? vtl.rip : vtl.segment(SegmentRegister.CS).base() + vtl.rip;
        byte[] bytes = new byte[Slot.SIZE];
        memory.fetch(address, bytes, bytes.length);
        return Slot.decode(Bytes.wrap(bytes));
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
                partition.config().physicalAddressBits());
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
        pagingMode = null;
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
        pagingMode = null;
    }

    @Override
    public SegmentValue get(SegmentRegister register) {
        return state.active().segment(register);
    }

    @Override
    public void set(SegmentRegister register, SegmentValue value) {
        state.active().setSegment(register, value);
        pagingMode = null;
    }

    @Override
    public TableValue gdtr() {
        return state.active().gdtr;
    }

    @Override
    public void setGdtr(TableValue value) {
        requireKernel("LGDT");
        state.active().gdtr = value;
    }

    @Override
    public TableValue idtr() {
        return state.active().idtr;
    }

    @Override
    public void setIdtr(TableValue value) {
        requireKernel("LIDT");
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
        memory.writeBytes(address, state.fxState);
    }

    @Override
    public void restoreFxState(long address) {
        requireFxAlignment(address);
        state.fxState = memory.readBytes(address, VpState.FX_BYTES);
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
    public long readMsr(int number) {
        requireKernel("RDMSR");
        OptionalInt handler = partition.interceptor(vtl(), InterceptType.MSR, InterceptType.ACCESS_READ, number);
        if (handler.isPresent() && !msrs.exists(number)) {
            VpState.CompletedAccess done =
                    completedOr(Intercepts.msr(handler.getAsInt(), number, InterceptHeader.READ, state, 0));
            return done.rax() & 0xffff_ffffL | done.rdx() << 32;
        }
        long value = msrs.read(number);
        if (partition.observed()) {
            partition.emit(new MachineEvent.MsrRead(index, vtl(), number, value));
        }
        return value;
    }

    @Override
    public void writeMsr(int number, long value) {
        requireKernel("WRMSR");
        OptionalInt handler = partition.interceptor(vtl(), InterceptType.MSR, InterceptType.ACCESS_WRITE, number);
        if (handler.isPresent() && !msrs.exists(number)) {
            completedOr(Intercepts.msr(handler.getAsInt(), number, InterceptHeader.WRITE, state, value));
            return;
        }
        msrs.write(number, value);
        pagingMode = null;
        if (partition.observed()) {
            partition.emit(new MachineEvent.MsrWrite(index, vtl(), number, value));
        }
    }

    @Override
    public CpuidResult cpuid(int leaf, int subleaf) {
        CpuidResult result = partition.cpuid().query(leaf, subleaf, apicId);
        OptionalInt handler = partition.interceptor(vtl(), InterceptType.CPUID, InterceptType.ACCESS_EXECUTE, leaf);
        if (handler.isPresent()) {
            VpState.CompletedAccess done =
                    completedOr(Intercepts.cpuid(handler.getAsInt(), leaf, subleaf, result, state));
            result = new CpuidResult((int) done.rax(), (int) done.rbx(), (int) done.rcx(), (int) done.rdx());
        }
        if (partition.observed()) {
            partition.emit(new MachineEvent.Cpuid(index, vtl(), leaf, subleaf, result));
        }
        return result;
    }

    @Override
    public int in(int port, int sizeBytes) {
        requirePorts();
        OptionalInt handler = partition.interceptor(vtl(), InterceptType.IO_PORT, InterceptType.ACCESS_READ, port);
        if (handler.isPresent()) {
            VpState.CompletedAccess done =
                    completedOr(Intercepts.port(handler.getAsInt(), port, sizeBytes, InterceptHeader.READ, state, 0));
            return sizeBytes == 4 ? (int) done.rax() : (int) done.rax() & (1 << 8 * sizeBytes) - 1;
        }
        int value = partition.ports().in(port, sizeBytes);
        if (partition.observed()) {
            partition.emit(new MachineEvent.PortIn(index, vtl(), port, sizeBytes, value));
        }
        return value;
    }

    @Override
    public void out(int port, int sizeBytes, int value) {
        requirePorts();
        OptionalInt handler = partition.interceptor(vtl(), InterceptType.IO_PORT, InterceptType.ACCESS_WRITE, port);
        if (handler.isPresent()) {
            completedOr(Intercepts.port(handler.getAsInt(), port, sizeBytes, InterceptHeader.WRITE, state, value));
            return;
        }
        partition.ports().out(port, sizeBytes, value);
        if (partition.observed()) {
            partition.emit(new MachineEvent.PortOut(index, vtl(), port, sizeBytes, value));
        }
    }

    /** The answer to the next access of this step, or its intercept. */
    private VpState.CompletedAccess completedOr(InterceptRequest request) {
        List<VpState.CompletedAccess> completed = state.active().completed;
        if (accessIndex < completed.size()) {
            return completed.get(accessIndex++);
        }
        throw new InterceptedAccess(request);
    }

    @Override
    public void callHypercallPage(long address) {
        requireKernel("VMCALL");
        byte[] code = new byte[HypercallPage.LONGEST_SEQUENCE];
        int inPage = PhysicalMemory.PAGE_SIZE - (int) (address & PhysicalMemory.PAGE_SIZE - 1);
        memory.fetch(address, code, Math.min(inPage, code.length));
        HypercallPage.Sequence sequence = HypercallPage.recognise(code)
                .orElseThrow(() -> GuestException.invalidOpcode(
                        String.format("no sequence of the hypercall page at 0x%x", address)));
        switch (sequence) {
            case CALL -> hypercall();
            case VTL_CALL -> {
                if (VtlTransitions.higherVtl(state) < 0) {
                    throw GuestException.invalidOpcode("VTL call without a higher VTL");
                }
                afterStep = AfterStep.VTL_CALL;
            }
            case VTL_RETURN -> {
                if (VtlTransitions.lowerVtl(state) < 0) {
                    throw GuestException.invalidOpcode("VTL return without a lower VTL");
                }
                boolean fast = (get(Gpr.RCX) & 1) != 0;
                afterStep = fast ? AfterStep.VTL_RETURN_FAST : AfterStep.VTL_RETURN;
            }
        }
    }

    private void hypercall() {
        HypercallControl control = new HypercallControl(get(Gpr.RCX));
        OptionalInt handler = partition.hypercalls().interceptor(this, control.code());
        if (handler.isPresent()) {
            set(
                    Gpr.RAX,
                    completedOr(Intercepts.hypercall(handler.getAsInt(), state)).rax());
            return;
        }
        HypercallResult result = partition.hypercalls().call(this, control, get(Gpr.RDX), get(Gpr.R8));
        set(Gpr.RAX, result.value());
        if (result.status() == HvStatus.SUCCESS) {
            // A call may have changed protections or registers of this VP.
            pagingMode = null;
        }
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
    public void interruptReturn() {
        VtlState vtl = state.active();
        long rsp = vtl.rsp;
        long rip = memory.readU64(rsp);
        int cs = (int) memory.readU64(rsp + 8) & 0xffff;
        long flags = memory.readU64(rsp + 16);
        long newRsp = memory.readU64(rsp + 24);
        int ss = (int) memory.readU64(rsp + 32) & 0xffff;
        if ((cs & 3) < vtl.cpl()) {
            throw GuestException.generalProtection("IRET to a more privileged level");
        }
        SegmentValue[] loaded = new SegmentValue[2];
        asSupervisor(() -> {
            loaded[0] = Descriptors.loadCode(memory, vtl.gdtr, cs);
            loaded[1] =
                    (ss & ~3) == 0 && (cs & 3) < 3 ? Descriptors.nullStack() : Descriptors.load(memory, vtl.gdtr, ss);
        });
        jump(rip);
        setRflags(flags & IRET_FLAGS | vtl.rflags & ~IRET_FLAGS);
        vtl.rsp = newRsp;
        vtl.setSegment(SegmentRegister.CS, loaded[0]);
        vtl.setSegment(SegmentRegister.SS, loaded[1]);
        pagingMode = null;
    }

    @Override
    public void systemCall() {
        VtlState vtl = state.active();
        if ((vtl.efer & EFER_SCE) == 0) {
            throw GuestException.invalidOpcode("SYSCALL is not enabled in EFER");
        }
        set(Gpr.RCX, vtl.rip);
        set(Gpr.R11, vtl.rflags);
        vtl.rip = vtl.lstar;
        vtl.rflags = vtl.rflags & ~vtl.sfmask | RFLAGS_FIXED;
        int selector = (int) (vtl.star >>> 32) & 0xfffc;
        vtl.setSegment(SegmentRegister.CS, Descriptors.flatCode(selector));
        vtl.setSegment(SegmentRegister.SS, Descriptors.flatData(selector + 8));
        pagingMode = null;
    }

    @Override
    public void systemReturn() {
        requireKernel("SYSRET");
        VtlState vtl = state.active();
        if ((vtl.efer & EFER_SCE) == 0) {
            throw GuestException.invalidOpcode("SYSRET is not enabled in EFER");
        }
        jump(get(Gpr.RCX));
        vtl.rflags = get(Gpr.R11) & SYSRET_FLAGS | RFLAGS_FIXED;
        int selector = (int) (vtl.star >>> 48);
        vtl.setSegment(SegmentRegister.CS, Descriptors.flatCode(selector + 16 | 3));
        vtl.setSegment(SegmentRegister.SS, Descriptors.flatData(selector + 8 | 3));
        pagingMode = null;
    }

    @Override
    public long origin() {
        return origin;
    }

    @Override
    public long addressOf(String stepName) {
        return origin + (long) program().indexOf(stepName) * Slot.SIZE;
    }

    @Override
    public <S extends Record> Optional<S> kept(Class<S> type) {
        Record record = partition.state().kept.get(program().program().number());
        return type.isInstance(record) ? Optional.of(type.cast(record)) : Optional.empty();
    }

    @Override
    public void keep(Record record) {
        partition.state().kept.put(program().program().number(), record);
    }

    private Programs.Entry program() {
        Programs.Entry entry = running;
        if (entry == null) {
            throw new IllegalStateException("no program is running on this VP");
        }
        return entry;
    }

    private void requireKernel(String instruction) {
        if (state.active().cpl() != 0) {
            throw GuestException.generalProtection(instruction + " outside privilege level 0");
        }
    }

    private void requirePorts() {
        VtlState vtl = state.active();
        if (vtl.cpl() > (vtl.rflags & RFLAGS_IOPL) >> 12) {
            throw GuestException.generalProtection("port access above the I/O privilege level");
        }
    }
}
