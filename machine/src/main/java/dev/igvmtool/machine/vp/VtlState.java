package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import java.util.Arrays;
import java.util.List;

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
    private static final int SINT_COUNT = 16;
    private static final long SINT_MASKED = 1 << 16;

    public long rip = 0xfff0;
    public long rsp;
    public long rflags = RFLAGS_RESET;
    public long cr0 = CR0_RESET;
    public long cr3;
    public long cr4;
    public long cr8;
    public long efer;
    public long pat = PAT_RESET;
    public long dr7 = 0x400;
    public long star;
    public long lstar;
    public long cstar;
    public long sfmask;
    public long kernelGsBase;
    public long tscAux;
    public long sysenterCs;
    public long sysenterEip;
    public long sysenterEsp;
    public TableValue gdtr = new TableValue(0xffff, 0);
    public TableValue idtr = new TableValue(0xffff, 0);
    final SegmentValue[] segments = new SegmentValue[SegmentRegister.values().length];

    /** SNP: first address of the shared aliases, 0 if page tables choose the alias by the C-bit. */
    public long virtualTom;

    /** SNP: page of the save area, {@link #NO_PAGE} without one. */
    public long vmsa = NO_PAGE;

    /** HLT is waiting for an interrupt. */
    public boolean halted;

    /** The VTL waits to be started (InternalActivityState bit 0). */
    public boolean startSuspended;

    public final Apic apic;
    public long vpAssistPage;
    public long registerPage;
    public long scontrol = 1;
    public long siefp;
    public long simp;
    public final long[] sints = new long[SINT_COUNT];
    public long deliverabilityNotifications;
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
    VtlState(boolean bootProcessor, boolean x2apic) {
        Arrays.fill(segments, new SegmentValue(0, 0xffff, 0, 0x93));
        segments[SegmentRegister.CS.ordinal()] = new SegmentValue(0xffff_0000L, 0xffff, 0xf000, 0x9b);
        segments[SegmentRegister.LDTR.ordinal()] = new SegmentValue(0, 0xffff, 0, 0x82);
        segments[SegmentRegister.TR.ordinal()] = new SegmentValue(0, 0xffff, 0, 0x8b);
        Arrays.fill(sints, SINT_MASKED);
        apic = new Apic(APIC_BASE_RESET | (bootProcessor ? APIC_BASE_BSP : 0) | (x2apic ? APIC_BASE_X2APIC : 0));
    }

    private VtlState(VtlState source) {
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
        halted = source.halted;
        startSuspended = source.startSuspended;
        apic = source.apic.copy();
        vpAssistPage = source.vpAssistPage;
        registerPage = source.registerPage;
        scontrol = source.scontrol;
        siefp = source.siefp;
        simp = source.simp;
        System.arraycopy(source.sints, 0, sints, 0, sints.length);
        deliverabilityNotifications = source.deliverabilityNotifications;
        pendingEvent = source.pendingEvent;
        pendingEventHigh = source.pendingEventHigh;
        completed = source.completed;
    }

    VtlState copy() {
        return new VtlState(this);
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
