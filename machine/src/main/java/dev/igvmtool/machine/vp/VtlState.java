package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.synic.SynIcState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The registers that a VP has once per VTL (TLFS, private state). */
public final class VtlState {
    /** Where there is no page. */
    public static final long NO_PAGE = -1;

    /** PAT after reset. */
    public static final long PAT_RESET = 0x0007_0406_0007_0406L;

    private static final long RFLAGS_RESET = 2;
    private static final long CR0_RESET = 0x6000_0010;
    private static final long APIC_BASE_RESET = 0xfee0_0800L;
    private static final long APIC_BASE_BSP = 0x100;
    private static final long APIC_BASE_X2APIC = 0x400;
    private static final TableValue TABLE_RESET = new TableValue(0xffff, 0);

    /** Address of what runs next: RIP, on AArch64 PC. */
    public long rip;

    public long rsp;
    public long rflags;
    public long cr0;
    public long cr3;
    public long cr4;
    public long cr8;
    public long efer;
    public long pat;
    public long dr7;
    public long star;
    public long lstar;
    public long cstar;
    public long sfmask;
    public long kernelGsBase;
    public long tscAux;
    public long sysenterCs;
    public long sysenterEip;
    public long sysenterEsp;
    public TableValue gdtr = TABLE_RESET;
    public TableValue idtr = TABLE_RESET;
    final SegmentValue[] segments = new SegmentValue[SegmentRegister.values().length];

    /** Registers of AArch64, null on x64. */
    private final @Nullable ArmState arm;

    /** SNP: first address of the shared aliases, 0 if page tables choose the alias by the C-bit. */
    public long virtualTom;

    /** SNP: page of the save area, {@link #NO_PAGE} without one. */
    public long vmsa = NO_PAGE;

    /** TDX: page of the virtual APIC, {@link #NO_PAGE} until the TD gives one. */
    public long virtualApic = NO_PAGE;

    /** TDX: waits to be called by the mailbox of the reset page, see {@link TdxMailbox}. */
    public boolean waitsInMailbox;

    /** HLT is waiting for an interrupt. */
    public boolean halted;

    /** The guest has said that it is idle (MSR 0x400000F0): any interrupt ends that, RFLAGS.IF set or not. */
    public boolean idle;

    /** An NMI waits to be delivered. */
    boolean nmiPending;

    /** An NMI is being handled: until IRET there is no other. */
    boolean nmiMasked;

    /** The VTL waits to be started (InternalActivityState bit 0). */
    public boolean startSuspended;

    public final Apic apic;
    public long vpAssistPage;
    public long registerPage;

    /** Synthetic interrupt controller. */
    public final SynIcState synic;

    /** VsmVina register. */
    long vina;

    /** The VINA vector was raised since this VTL was entered. */
    boolean vinaAsserted;

    public long deliverabilityNotifications;

    /** Level-triggered vectors whose EOI a higher VTL has yet to be told, in order. */
    final List<Integer> endedInterrupts = new ArrayList<>();

    /** No interrupt before the next step is over. */
    boolean interruptShadow;

    /** PendingInterruption register: an event to be delivered again. */
    long pendingInterruption;

    /** PendingEvent0, to be delivered before the next step. */
    public long pendingEvent;

    /** PendingEvent0, upper half. */
    public long pendingEventHigh;

    /** Accesses of the present step that a higher VTL has completed, in order; the step runs again and gets them. */
    List<VpState.CompletedAccess> completed = List.of();

    /**
     * Reset state.
     *
     * @param x2apic the local APIC is in x2APIC mode from the start, as in guests that are isolated by hardware
     */
    VtlState(Architecture architecture, boolean bootProcessor, boolean x2apic) {
        arm = architecture == Architecture.AARCH64 ? new ArmState() : null;
        synic = new SynIcState();
        apic = new Apic(APIC_BASE_RESET | (bootProcessor ? APIC_BASE_BSP : 0) | (x2apic ? APIC_BASE_X2APIC : 0));
        reset();
    }

    /** INIT (SDM volume 3, table 10-1): what is the hypervisor's, and where the APIC is, stays. */
    void reset() {
        rip = 0xfff0;
        rsp = 0;
        rflags = RFLAGS_RESET;
        cr0 = CR0_RESET;
        cr3 = 0;
        cr4 = 0;
        cr8 = 0;
        efer = 0;
        pat = PAT_RESET;
        dr7 = 0x400;
        star = 0;
        lstar = 0;
        cstar = 0;
        sfmask = 0;
        kernelGsBase = 0;
        tscAux = 0;
        sysenterCs = 0;
        sysenterEip = 0;
        sysenterEsp = 0;
        gdtr = TABLE_RESET;
        idtr = TABLE_RESET;
        Arrays.fill(segments, new SegmentValue(0, 0xffff, 0, 0x93));
        segments[SegmentRegister.CS.ordinal()] = new SegmentValue(0xffff_0000L, 0xffff, 0xf000, 0x9b);
        segments[SegmentRegister.LDTR.ordinal()] = new SegmentValue(0, 0xffff, 0, 0x82);
        segments[SegmentRegister.TR.ordinal()] = new SegmentValue(0, 0xffff, 0, 0x8b);
        waitsInMailbox = false;
        halted = false;
        idle = false;
        nmiPending = false;
        nmiMasked = false;
        interruptShadow = false;
        pendingInterruption = 0;
        endedInterrupts.clear();
        pendingEvent = 0;
        pendingEventHigh = 0;
        completed = List.of();
        apic.reset();
        if (arm != null) {
            rip = 0;
            arm.reset();
        }
    }

    private VtlState(VtlState source) {
        arm = source.arm == null ? null : source.arm.copy();
        rip = source.rip;
        rsp = source.rsp;
        rflags = source.rflags;
        cr0 = source.cr0;
        cr3 = source.cr3;
        cr4 = source.cr4;
        cr8 = source.cr8;
        efer = source.efer;
        pat = source.pat;
        dr7 = source.dr7;
        star = source.star;
        lstar = source.lstar;
        cstar = source.cstar;
        sfmask = source.sfmask;
        kernelGsBase = source.kernelGsBase;
        tscAux = source.tscAux;
        sysenterCs = source.sysenterCs;
        sysenterEip = source.sysenterEip;
        sysenterEsp = source.sysenterEsp;
        gdtr = source.gdtr;
        idtr = source.idtr;
        System.arraycopy(source.segments, 0, segments, 0, segments.length);
        virtualTom = source.virtualTom;
        vmsa = source.vmsa;
        virtualApic = source.virtualApic;
        waitsInMailbox = source.waitsInMailbox;
        halted = source.halted;
        idle = source.idle;
        nmiPending = source.nmiPending;
        nmiMasked = source.nmiMasked;
        startSuspended = source.startSuspended;
        apic = source.apic.copy();
        vpAssistPage = source.vpAssistPage;
        registerPage = source.registerPage;
        synic = source.synic.copy();
        vina = source.vina;
        vinaAsserted = source.vinaAsserted;
        endedInterrupts.addAll(source.endedInterrupts);
        interruptShadow = source.interruptShadow;
        pendingInterruption = source.pendingInterruption;
        deliverabilityNotifications = source.deliverabilityNotifications;
        pendingEvent = source.pendingEvent;
        pendingEventHigh = source.pendingEventHigh;
        completed = source.completed;
    }

    /** True if an interrupt could be delivered but for RFLAGS.IF. */
    boolean hasInterrupt() {
        return apic.deliverable(cr8) >= 0;
    }

    VtlState copy() {
        return new VtlState(this);
    }

    /** Registers of AArch64; asking an x64 processor for them is a bug. */
    public ArmState arm() {
        return Objects.requireNonNull(arm, "no AArch64 processor");
    }

    /** A segment register. */
    public SegmentValue segment(SegmentRegister register) {
        return segments[register.ordinal()];
    }

    /** Sets a segment register. */
    public void setSegment(SegmentRegister register, SegmentValue value) {
        segments[register.ordinal()] = value;
    }

    /** Current privilege level: that of SS. */
    public int cpl() {
        return segments[SegmentRegister.SS.ordinal()].attributes() >> 5 & 3;
    }

    /** Takes the registers of a start context; the others keep their values. */
    void apply(InitialVpContext context) {
        rip = context.rip();
        rsp = context.rsp();
        rflags = context.rflags() | RFLAGS_RESET;
        setSegment(SegmentRegister.CS, context.cs());
        setSegment(SegmentRegister.DS, context.ds());
        setSegment(SegmentRegister.ES, context.es());
        setSegment(SegmentRegister.FS, context.fs());
        setSegment(SegmentRegister.GS, context.gs());
        setSegment(SegmentRegister.SS, context.ss());
        setSegment(SegmentRegister.TR, context.tr());
        setSegment(SegmentRegister.LDTR, context.ldtr());
        idtr = context.idtr();
        gdtr = context.gdtr();
        efer = context.efer();
        cr0 = context.cr0();
        cr3 = context.cr3();
        cr4 = context.cr4();
        pat = context.pat();
    }
}
