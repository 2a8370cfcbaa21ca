package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.tdx.L2EnterGuestState;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.VpEnterFlags;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.Encryption;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;

/**
 * TDCALL: what a TD asks of its module (Intel TDX module ABI and TD partitioning specifications), and through it of its
 * host.
 */
final class TdxInstructions {
    /** Width of guest physical addresses, with the shared bit. */
    static final int ADDRESS_BITS = 48;

    private static final int LEAF_MASK = 0xffff;
    private static final int TDCALL_BYTES = 4;
    private static final int PAGE_SHIFT = 12;

    private final Vp vp;
    private final Partition partition;
    private final StageCode stages;
    private final PlatformAccess platform;
    private final TdxPageCalls pages;
    private final TdxFieldCalls fields;
    private final TdxHostCalls host;

    TdxInstructions(Vp vp, StageCode stages, PlatformAccess platform) {
        this.vp = vp;
        this.partition = vp.partition();
        this.stages = stages;
        this.platform = platform;
        this.pages = new TdxPageCalls(vp);
        this.fields = new TdxFieldCalls(vp);
        this.host = new TdxHostCalls(vp);
    }

    /** TDCALL with the leaf in RAX, where the status ends up; a partition leaves for the VTL that runs it. */
    void tdcall() {
        if (partition.memory().encryption() != Encryption.TDX) {
            throw GuestException.invalidOpcode("TDCALL outside a TD");
        }
        vp.requireKernel("TDCALL");
        if (platform.leavesAlways()) {
            platform.leave(MessageType.NONE, TDCALL_BYTES, HardwareExit.TDCALL);
            return;
        }
        int leaf = (int) vp.get(Gpr.RAX) & LEAF_MASK;
        vp.set(
                Gpr.RAX,
                switch (leaf) {
                    case TdCall.VP_VMCALL -> host.call();
                    case TdCall.VP_INFO -> info();
                    case TdCall.MEM_PAGE_ACCEPT -> pages.accept();
                    case TdCall.MEM_PAGE_RELEASE -> pages.release();
                    case TdCall.MEM_PAGE_ATTR_RD -> pages.readAttributes();
                    case TdCall.MEM_PAGE_ATTR_WR -> pages.writeAttributes();
                    case TdCall.VM_RD -> fields.readTd();
                    case TdCall.VP_RD -> fields.readVp();
                    case TdCall.VP_WR -> fields.writeVp();
                    case TdCall.VP_ENTER -> enter();
                    default -> TdCall.invalid(TdCall.OPERAND_RAX);
                });
    }

    private long info() {
        vp.set(Gpr.RCX, ADDRESS_BITS);
        vp.set(Gpr.RDX, 0);
        vp.set(Gpr.R8, (long) partition.vpCount() << 32 | partition.vpCount());
        vp.set(Gpr.R9, vp.index());
        vp.set(Gpr.R10, 0);
        vp.set(Gpr.R11, 0);
        return TdCall.SUCCESS;
    }

    /** The VTL of a partition, -1 if there is no such one below the highest VTL. */
    static int vtlOf(Partition partition, int number) {
        return number >= 1 && number < partition.vtlCount() ? number - 1 : -1;
    }

    /** TDG.VP.ENTER: a partition runs once the step is over, until it leaves. */
    private long enter() {
        long flags = vp.get(Gpr.RCX);
        int vtl = vtlOf(partition, VpEnterFlags.partition(flags));
        if (VpEnterFlags.hasReserved(flags) || vtl < 0 || !vp.state().hasVtl(vtl)) {
            return TdCall.invalid(TdCall.OPERAND_RCX);
        }
        if (!isGuestState(vp.get(Gpr.RDX))) {
            return TdCall.invalid(TdCall.OPERAND_RDX);
        }
        if (vp.state().vtl(vtl).virtualApic == VtlState.NO_PAGE) {
            return TdCall.invalid(TdCall.OPERAND_L2_VAPIC);
        }
        if (vp.state().active().hasInterrupt()) {
            return TdCall.PENDING_INTERRUPT;
        }
        stages.runLowerVtl(vtl);
        return TdCall.SUCCESS;
    }

    private boolean isGuestState(long gpa) {
        // At a multiple of 256 it does not reach into another page.
        return (gpa & L2EnterGuestState.ALIGNMENT - 1) == 0 && isPrivate(partition, gpa);
    }

    private static boolean isPrivate(Partition partition, long gpa) {
        return gpa >>> ADDRESS_BITS - 1 == 0
                && partition.physical().isRam(gpa)
                && partition.memory().pageState(gpa >>> PAGE_SHIFT) == PageState.ACCEPTED;
    }

    /** True if an address is that of a page that the TD has accepted. */
    static boolean isPrivatePage(Partition partition, long gpa) {
        return gpa % PhysicalMemory.PAGE_SIZE == 0 && isPrivate(partition, gpa);
    }
}
