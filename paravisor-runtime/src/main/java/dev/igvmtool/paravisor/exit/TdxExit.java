package dev.igvmtool.paravisor.exit;

import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.mshv.TdxRunContext;
import dev.igvmtool.abi.tdx.L2EnterGuestState;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.VmxExit;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import java.util.List;

/** Reads exits as the module of a trust domain tells them: in registers, which the kernel leaves in the run page. */
public final class TdxExit {
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int REASON_MASK = 0xffff;

    /** Places of registers in the context. */
    private static final int RAX = 0;

    private static final int RCX = 1;
    private static final int R8 = 5;
    private static final int R11 = 8;

    private TdxExit() {}

    /**
     * What a context says.
     *
     * @param cpu tells what CPUID would return
     * @throws FormatException for an exit that cannot be
     */
    public static Vtl0Exit of(TdxRunContext context, Cpu cpu) {
        List<Long> told = context.exit();
        long status = told.get(RAX);
        if (TdCall.kind(status) == TdCall.L2_EXIT_PENDING_INTERRUPT
                || TdCall.kind(status) == TdCall.PENDING_INTERRUPT) {
            return new Vtl0Exit.Nothing();
        }
        if (TdCall.kind(status) != TdCall.SUCCESS) {
            throw new FormatException(String.format("VTL0 cannot be entered: status 0x%x of the module", status));
        }
        L2EnterGuestState state = context.guestState();
        long next = state.rip() + (told.get(R11) >>> Integer.SIZE);
        int reason = (int) status & REASON_MASK;
        return switch (reason) {
            case VmxExit.IO -> port(state, told.get(RCX), next);
            case VmxExit.READ_MSR, VmxExit.WRITE_MSR -> msr(state, reason == VmxExit.WRITE_MSR, next);
            case VmxExit.CPUID -> CpuidExit.of(cpu.cpuid((int) state.get(Gpr.RAX), (int) state.get(Gpr.RCX)), next);
            case VmxExit.VMCALL -> new Vtl0Exit.Hypercall(next);
            case VmxExit.HLT -> new Vtl0Exit.Halt(next);
            case VmxExit.TRIPLE_FAULT -> new Vtl0Exit.TripleFault(state.rip());
            case VmxExit.EPT_VIOLATION -> new Vtl0Exit.MemoryAccess(told.get(R8), state.rip());
            case VmxExit.TDCALL -> new Vtl0Exit.Unsupported("TDCALL", state.rip());
            default -> throw new FormatException("VTL0 exit with unexpected reason " + reason);
        };
    }

    private static Vtl0Exit port(L2EnterGuestState state, long qualification, long next) {
        return new Vtl0Exit.Port(
                (int) (qualification >>> VmxExit.IO_PORT_SHIFT) & 0xffff,
                ((int) qualification & VmxExit.IO_SIZE_MASK) + 1,
                (qualification & VmxExit.IO_IN) == 0,
                (qualification & (VmxExit.IO_STRING | VmxExit.IO_REPEATED)) != 0,
                state.get(Gpr.RAX),
                next);
    }

    private static Vtl0Exit msr(L2EnterGuestState state, boolean write, long next) {
        long value = state.get(Gpr.RDX) << 32 | state.get(Gpr.RAX) & LOW_32;
        return new Vtl0Exit.Msr((int) state.get(Gpr.RCX), write, value, next);
    }
}
