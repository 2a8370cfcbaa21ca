package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Architecture;
import org.jspecify.annotations.Nullable;

/** Everything that a VP is: registers shared between VTLs, private registers by VTL, and where it stands. */
public final class VpState {
    static final int MTRR_VARIABLE = 8;
    static final int MTRR_FIXED = 11;
    static final int X_REGISTERS = 31;
    /** What FXSAVE stores. */
    static final int FX_BYTES = 512;

    /** X0 to X30 of an AArch64 processor; none on x64. */
    final long[] x;

    /** General registers; RSP is private to each VTL and its place here is unused. */
    final long[] gprs = new long[Gpr.values().length];

    public long cr2;
    public final long[] debugRegisters = new long[4];
    public long dr6 = 0xffff_0ff0L;
    public long mtrrDefaultType;
    /** MSR 0xC0010130, only in SNP guests. */
    public long ghcb;

    /** SNP: the page that the guest has registered as its GHCB, {@link VtlState#NO_PAGE} without one. */
    public long registeredGhcb = VtlState.NO_PAGE;

    public final long[] mtrrBases = new long[MTRR_VARIABLE];
    public final long[] mtrrMasks = new long[MTRR_VARIABLE];
    public final long[] mtrrFixed = new long[MTRR_FIXED];

    /** x87 and SSE registers as FXSAVE stores them; after reset control word 0x37f and MXCSR 0x1f80. */
    private Bytes fxState = Bytes.fromHex("7f030000000000000000000000000000" + "0000000000000000801f0000ffff0000")
            .paddedTo(FX_BYTES);

    int activeVtl;

    /** Number of the program whose step the VP ran last, 0 before the first. For those who look; no program sees it. */
    int lastProgram;

    final @Nullable VtlState[] vtls;
    String stopReason = "";

    /** The host holds the VP until it is started: what VTLs it has do not run. */
    boolean held;

    /** Steps that this VP has run to their end. */
    public long stepsRetired;

    /** The access that a higher VTL is completing now, null if none. */
    @Nullable
    PendingAccess pendingAccess;

    /** TDX: how the partition was entered that runs now or ran last, null before the first. */
    @Nullable
    PartitionEntry partitionEntry;

    /**
     * TDG.VP.ENTER: where the partition's registers are, and those of the caller that are still the same when it has left.
     *
     * @param guestState address of the {@link dev.igvmtool.abi.tdx.L2EnterGuestState}
     */
    record PartitionEntry(long guestState, long rbx, long rbp, long r14, long r15) {}

    /** Registers as a completed access left them. */
    record CompletedAccess(long rax, long rcx, long rdx, long rbx) {}

    /**
     * An intercepted access of a step.
     *
     * @param vtl the VTL of the step
     * @param stepRip where the step stands
     * @param completedRip where RIP stands if the access was completed
     * @param saved registers to give back to the step afterwards
     */
    record PendingAccess(int vtl, long stepRip, long completedRip, CompletedAccess saved) {}

    /** @param vtlCount VTLs that the partition can have */
    VpState(Architecture architecture, int vtlCount, boolean bootProcessor, boolean x2apic) {
        x = new long[architecture == Architecture.AARCH64 ? X_REGISTERS : 0];
        vtls = new VtlState[vtlCount];
        VtlState vtl0 = new VtlState(architecture, bootProcessor, x2apic);
        vtl0.startSuspended = true;
        vtls[0] = vtl0;
    }

    private VpState(VpState source) {
        x = source.x.clone();
        System.arraycopy(source.gprs, 0, gprs, 0, gprs.length);
        cr2 = source.cr2;
        System.arraycopy(source.debugRegisters, 0, debugRegisters, 0, debugRegisters.length);
        dr6 = source.dr6;
        mtrrDefaultType = source.mtrrDefaultType;
        ghcb = source.ghcb;
        registeredGhcb = source.registeredGhcb;
        System.arraycopy(source.mtrrBases, 0, mtrrBases, 0, mtrrBases.length);
        System.arraycopy(source.mtrrMasks, 0, mtrrMasks, 0, mtrrMasks.length);
        System.arraycopy(source.mtrrFixed, 0, mtrrFixed, 0, mtrrFixed.length);
        fxState = source.fxState;
        activeVtl = source.activeVtl;
        lastProgram = source.lastProgram;
        vtls = new VtlState[source.vtls.length];
        for (int i = 0; i < vtls.length; i++) {
            VtlState vtl = source.vtls[i];
            vtls[i] = vtl == null ? null : vtl.copy();
        }
        stopReason = source.stopReason;
        held = source.held;
        stepsRetired = source.stepsRetired;
        pendingAccess = source.pendingAccess;
        partitionEntry = source.partitionEntry;
    }

    /** How the partition was entered that runs now. */
    PartitionEntry partitionEntry() {
        PartitionEntry entry = partitionEntry;
        if (entry == null) {
            throw new IllegalStateException("no partition was entered");
        }
        return entry;
    }

    /** An independent copy. */
    VpState copy() {
        return new VpState(this);
    }

    /** x87 and SSE registers, 512 bytes as FXSAVE stores them. */
    public Bytes fxState() {
        return fxState;
    }

    /** Sets the x87 and SSE registers. */
    public void setFxState(Bytes value) {
        if (value.size() != FX_BYTES) {
            throw new IllegalArgumentException(value.size() + " bytes of FX state");
        }
        fxState = value;
    }

    /** The VTL in which the VP runs. */
    public int activeVtl() {
        return activeVtl;
    }

    /** Number of the program whose step the VP ran last, 0 before the first. */
    public int lastProgram() {
        return lastProgram;
    }

    /** True if the VTL is enabled on this VP. */
    public boolean hasVtl(int vtl) {
        return vtl < vtls.length && vtls[vtl] != null;
    }

    /** Private registers of an enabled VTL. */
    public VtlState vtl(int vtl) {
        VtlState state = vtl < vtls.length ? vtls[vtl] : null;
        if (state == null) {
            throw new IllegalArgumentException("VTL " + vtl + " is not enabled");
        }
        return state;
    }

    /** Private registers of the VTL in which the VP runs. */
    public VtlState active() {
        return vtl(activeVtl);
    }

    /** X0 to X30 of an AArch64 processor. */
    public long x(int number) {
        return x[number];
    }

    /** Sets X0 to X30 of an AArch64 processor. */
    public void setX(int number, long value) {
        x[number] = value;
    }

    /** A general register of a VTL. */
    public long gpr(int vtl, Gpr register) {
        return register == Gpr.RSP ? vtl(vtl).rsp : gprs[register.ordinal()];
    }

    /** Sets a general register of a VTL. */
    public void setGpr(int vtl, Gpr register, long value) {
        if (register == Gpr.RSP) {
            vtl(vtl).rsp = value;
        } else {
            gprs[register.ordinal()] = value;
        }
    }
}
