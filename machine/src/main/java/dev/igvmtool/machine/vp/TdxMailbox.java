package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.tdx.TdxMailboxPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalInt;

/**
 * Where the processors of a TD wait: the code that an image has at the reset vector (igvmfilegen,
 * {@code vp_context_builder/tdx.rs}). Nothing runs that code here; this does what it does to a processor that is not the
 * first: page tables and control registers of the context, then the mailbox until it has the processor's APIC id and
 * command 1, then on at the wake-up vector. A processor that spins there takes no turns.
 */
public final class TdxMailbox {
    /** Where a processor of a TD starts. */
    public static final long RESET_VECTOR = 0xffff_fff0L;

    private static final long INITIAL_RIP = TdxTrampolineContext.GPA + 0x28;
    private static final int PAGE_SHIFT = 12;

    private static final long FLAT_LIMIT = 0xffff_ffffL;
    private static final int STATIC_CODE_SELECTOR = 8;
    private static final int CODE_ATTRIBUTES = 0xa09b;
    private static final int DATA_ATTRIBUTES = 0xc093;

    private final Partition partition;

    public TdxMailbox(Partition partition) {
        this.partition = partition;
    }

    /** Sends a processor to the mailbox. */
    public static void await(VtlState vtl) {
        vtl.rip = RESET_VECTOR;
        vtl.waitsInMailbox = true;
    }

    /** The processor that the mailbox calls, if it calls one; that one can take a turn. */
    public OptionalInt called() {
        boolean called = partition.memory().encryption() == Encryption.TDX
                && partition.physical().isRam(TdxTrampolineContext.GPA)
                && page().command() == TdxMailboxPage.WAKE_UP
                && partition.memory().pageState(TdxTrampolineContext.GPA >>> PAGE_SHIFT) == PageState.ACCEPTED;
        return called ? partition.vpWithApicId((int) page().apicId()) : OptionalInt.empty();
    }

    private TdxMailboxPage page() {
        return new TdxMailboxPage(partition.physical(), TdxTrampolineContext.GPA);
    }

    /** The processor takes the call: on at the wake-up vector, and the mailbox is free again. */
    void answer(Vp vp) {
        PhysicalMemory memory = partition.physical();
        TdxTrampolineContext context = memory.read(TdxTrampolineContext.CODEC, TdxTrampolineContext.GPA);
        page().setCommand(0);
        memory.writeU64(INITIAL_RIP, context.mailboxWakeupVector());
        VpState state = vp.mutableState();
        VtlState vtl = state.active();
        vtl.waitsInMailbox = false;
        vtl.rip = context.mailboxWakeupVector();
        vtl.efer = TdxTrampolineContext.EFER;
        vtl.cr0 = context.cr0();
        vtl.cr3 = context.cr3();
        vtl.cr4 = context.cr4();
        vtl.gdtr = new TableValue(context.staticGdtLimit(), context.staticGdtBase());
        for (SegmentRegister register : SegmentRegister.values()) {
            if (register.ordinal() <= SegmentRegister.GS.ordinal()) {
                vtl.setSegment(register, new SegmentValue(0, FLAT_LIMIT, 0, DATA_ATTRIBUTES));
            }
        }
        vtl.setSegment(SegmentRegister.CS, new SegmentValue(0, FLAT_LIMIT, STATIC_CODE_SELECTOR, CODE_ATTRIBUTES));
        vp.set(Gpr.RCX, vp.index());
        vp.set(Gpr.RSP, context.rsp());
        vp.set(Gpr.RBP, context.rbp());
        vp.set(Gpr.RSI, context.rsi());
        vp.set(Gpr.R8, context.r8());
        vp.set(Gpr.R9, context.r9());
        vp.set(Gpr.R10, context.r10());
        vp.set(Gpr.R11, context.r11());
        if (partition.observed()) {
            partition.emit(new MachineEvent.VpStarted(vp.index(), vp.vtl(), vtl.rip, vp.index()));
        }
    }
}
