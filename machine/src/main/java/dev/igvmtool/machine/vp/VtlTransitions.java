package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.ReturnAction;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.hv.VtlEntryReason;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.synic.SynIc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Moves a VP between VTLs (TLFS, virtual secure mode; hyperv-model 2 and 5.6). */
final class VtlTransitions {
    private static final long ENABLED = 1;
    private static final long PAGE_MASK = -PhysicalMemory.PAGE_SIZE;
    private static final long CR0_PE = 1;
    private static final long CR0_AM = 1 << 18;
    private static final long EFER_LMA = 1 << 10;
    private static final int INTERRUPTION_PENDING = 1 << 6;
    private static final int INTERRUPT_SHADOW = 1 << 12;

    private final Vp vp;
    private final Partition partition;
    private final Optional<HardwareSwitch> hardware;

    VtlTransitions(Vp vp, Partition partition) {
        this.vp = vp;
        this.partition = partition;
        this.hardware = switch (partition.memory().encryption()) {
            case NONE, VBS -> Optional.empty();
            case SNP -> Optional.of(new VmplSwitch(partition));
            case TDX -> Optional.of(new TdxPartitionSwitch(partition));
        };
    }

    /** VTL return: the highest enabled VTL below the present one runs. */
    void returnToLower(boolean fast) {
        VpState state = vp.mutableState();
        int from = state.activeVtl;
        int to = lowerVtl(state);
        long assist = state.vtl(from).vpAssistPage;
        RegisterPages.returned(partition, state, from, to);
        if ((assist & ENABLED) != 0) {
            VpAssistPage page = new VpAssistPage(partition.physical(), assist & PAGE_MASK);
            if (!fast) {
                state.setGpr(to, Gpr.RAX, page.rax());
                state.setGpr(to, Gpr.RCX, page.rcx());
            }
            returnActions(page, from);
        }
        state.activeVtl = to;
        resumeAccess(state);
        emitSwitch(from, to, "return");
    }

    /** Does what the list in the assist page says, up to its end or the first action that is none. */
    private void returnActions(VpAssistPage page, int from) {
        if ((partition.config().vsmCapabilities() & VsmCapabilities.RETURN_ACTION_AVAILABLE) == 0) {
            return;
        }
        int size = ReturnAction.CODEC.size();
        for (int offset = 0; offset < VpAssistPage.RETURN_ACTIONS_BYTES; offset += size) {
            ReturnAction action =
                    page.memory().read(ReturnAction.CODEC, page.address() + VpAssistPage.RETURN_ACTIONS + offset);
            boolean good = action.type() == ReturnAction.SIGNAL_EVENT
                    && action.vpIndex() >= 0
                    && action.vpIndex() < partition.vpCount()
                    && action.vtl() <= from
                    && action.sint() < SynIc.SINTS
                    && action.flag() < SynIc.FLAGS;
            if (!good) {
                return;
            }
            Vp target = partition.vp(action.vpIndex());
            if (target.state().hasVtl(action.vtl()) && SynIc.canSignal(target, action.vtl(), action.sint())) {
                SynIc.signal(target, action.vtl(), action.sint(), action.flag());
            }
        }
    }

    /** The highest enabled VTL below the one that runs, -1 if there is none. */
    static int lowerVtl(VpState state) {
        int vtl = state.activeVtl - 1;
        while (vtl >= 0 && !state.hasVtl(vtl)) {
            vtl--;
        }
        return vtl;
    }

    /** The next higher enabled VTL, -1 if there is none. */
    static int higherVtl(VpState state) {
        for (int vtl = state.activeVtl + 1; vtl < state.vtls.length; vtl++) {
            if (state.hasVtl(vtl)) {
                return vtl;
            }
        }
        return -1;
    }

    /** VTL call: the next higher VTL runs. */
    void callHigher() {
        enter(higherVtl(vp.state()), VtlEntryReason.VTL_CALL, "call");
    }

    /** A higher VTL runs because an interrupt waits there. */
    void enterForInterrupt(int vtl) {
        if (hardware.isPresent()) {
            leave(hardware.get(), vtl, HardwareExit.INTERRUPT, 0);
        } else {
            enter(vtl, VtlEntryReason.INTERRUPT, "interrupt");
        }
    }

    /** A lower VTL runs until it leaves by an exit of the processor. */
    void runLower(int to) {
        VpState state = vp.mutableState();
        int from = state.activeVtl;
        hardware.orElseThrow().enter(state, from, to);
        VtlState lower = state.vtl(to);
        lower.startSuspended = false;
        lower.halted = false;
        state.activeVtl = to;
        resumeAccess(state);
        emitSwitch(from, to, "run");
    }

    private void leave(HardwareSwitch by, int to, HardwareExit exit, int instructionBytes) {
        VpState state = vp.mutableState();
        int from = state.activeVtl;
        by.leave(state, from, to, exit, instructionBytes);
        // Nobody but the higher VTL lets it run again; whoever looks on shall see what it waits for.
        state.vtl(from).halted = exit.equals(HardwareExit.HALT);
        state.activeVtl = to;
        emitSwitch(from, to, String.format("exit 0x%x", by.code(exit)));
    }

    /** A higher VTL runs with an intercept message; RIP and registers are those of the step that was intercepted. */
    void intercept(InterceptRequest request) {
        VpState state = vp.mutableState();
        int from = state.activeVtl;
        int to = request.handlerVtl();
        if (request.instructionLength() > 0) {
            long rip = state.active().rip;
            state.pendingAccess =
                    new VpState.PendingAccess(from, rip, rip + request.instructionLength(), accessRegisters(state));
            state.setGpr(from, Gpr.RAX, request.rax());
            state.setGpr(from, Gpr.RCX, request.rcx());
            state.setGpr(from, Gpr.RDX, request.rdx());
            state.setGpr(from, Gpr.RBX, request.rbx());
        } else {
            state.pendingAccess = null;
            state.active().completed = List.of();
        }
        if (hardware.isPresent()) {
            leave(hardware.get(), to, request.exit(), request.instructionLength());
            return;
        }
        Bytes payload = request.payload().apply(header(state, request));
        HvMessage message = new HvMessage(request.messageType(), payload);
        String name = MessageType.nameOf(request.messageType());
        if (partition.observed()) {
            partition.emit(new MachineEvent.Intercept(vp.index(), from, to, request.messageType(), payload));
        }
        VtlState target = state.vtl(to);
        boolean page = (partition.state().vsmPartitionConfig[to] & VsmPartitionConfig.INTERCEPT_PAGE) != 0;
        if (page && (target.vpAssistPage & ENABLED) != 0) {
            new VpAssistPage(partition.physical(), target.vpAssistPage & PAGE_MASK)
                    .setMessage(HvMessage.CODEC.toBytes(message));
            enter(to, VtlEntryReason.INTERCEPT, "intercept: " + name);
        } else if (SynIc.post(vp, to, 0, message) == HvStatus.SUCCESS) {
            enter(to, VtlEntryReason.INTERRUPT, "intercept: " + name);
        } else {
            vp.stop(name + " intercept for VTL " + to
                    + ", which has neither an intercept page nor a free message slot");
        }
    }

    private void enter(int to, int reason, String text) {
        VpState state = vp.mutableState();
        int from = state.activeVtl;
        long assist = state.vtl(to).vpAssistPage;
        if ((assist & ENABLED) != 0) {
            new VpAssistPage(partition.physical(), assist & PAGE_MASK).setEntryReason(reason);
        }
        RegisterPages.entered(partition, state, from, to);
        state.vtl(to).vinaAsserted = false;
        state.activeVtl = to;
        emitSwitch(from, to, text);
    }

    /** Gives the interrupted step what the higher VTL has answered, if it has. */
    private void resumeAccess(VpState state) {
        VpState.PendingAccess access = state.pendingAccess;
        if (access == null || access.vtl() != state.activeVtl) {
            return;
        }
        state.pendingAccess = null;
        VtlState vtl = state.active();
        if (vtl.rip == access.completedRip()) {
            List<VpState.CompletedAccess> completed = new ArrayList<>(vtl.completed);
            completed.add(accessRegisters(state));
            vtl.completed = List.copyOf(completed);
            VpState.CompletedAccess saved = access.saved();
            state.setGpr(state.activeVtl, Gpr.RAX, saved.rax());
            state.setGpr(state.activeVtl, Gpr.RCX, saved.rcx());
            state.setGpr(state.activeVtl, Gpr.RDX, saved.rdx());
            state.setGpr(state.activeVtl, Gpr.RBX, saved.rbx());
            vtl.rip = access.stepRip();
        } else if (vtl.rip != access.stepRip()) {
            vtl.completed = List.of();
        }
    }

    private static VpState.CompletedAccess accessRegisters(VpState state) {
        int vtl = state.activeVtl;
        return new VpState.CompletedAccess(
                state.gpr(vtl, Gpr.RAX), state.gpr(vtl, Gpr.RCX), state.gpr(vtl, Gpr.RDX), state.gpr(vtl, Gpr.RBX));
    }

    private InterceptHeader header(VpState state, InterceptRequest request) {
        VtlState vtl = state.active();
        int flags = vtl.cpl()
                | ((vtl.cr0 & CR0_PE) != 0 ? 4 : 0)
                | ((vtl.cr0 & CR0_AM) != 0 ? 8 : 0)
                | ((vtl.efer & EFER_LMA) != 0 ? 16 : 0)
                | ((vtl.pendingEvent & 1) != 0 ? INTERRUPTION_PENDING : 0)
                | (vtl.interruptShadow ? INTERRUPT_SHADOW : 0)
                | state.activeVtl << 7;
        return new InterceptHeader(
                vp.index(),
                request.instructionLength() | (int) vtl.cr8 << 4,
                request.access(),
                flags,
                vtl.segment(SegmentRegister.CS),
                vtl.rip,
                vtl.rflags);
    }

    private void emitSwitch(int from, int to, String reason) {
        vp.registersChanged();
        if (partition.observed()) {
            partition.emit(new MachineEvent.VtlSwitch(vp.index(), from, to, reason));
        }
    }
}
