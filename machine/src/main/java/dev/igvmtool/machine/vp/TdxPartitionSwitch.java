package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.tdx.L2EnterGuestState;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.VmxExit;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.partition.Partition;

/**
 * Runs the partitions of a TD (Intel TD partitioning architecture specification, TDG.VP.ENTER): general registers come
 * from the caller's {@link L2EnterGuestState} and go back there; what is in the partition's VMCS is its own; the other
 * registers are those of the processor, which the caller swaps by itself. Why the partition was left is told in the
 * caller's registers.
 */
final class TdxPartitionSwitch implements HardwareSwitch {
    private final Partition partition;

    TdxPartitionSwitch(Partition partition) {
        this.partition = partition;
    }

    private L2EnterGuestState guestState(long gpa) {
        return new L2EnterGuestState(partition.physical(), gpa);
    }

    @Override
    public void enter(VpState state, int from, int to) {
        long gpa = state.gpr(from, Gpr.RDX);
        state.partitionEntry = new VpState.PartitionEntry(
                gpa,
                state.gpr(from, Gpr.RBX),
                state.gpr(from, Gpr.RBP),
                state.gpr(from, Gpr.R14),
                state.gpr(from, Gpr.R15));
        L2EnterGuestState guest = guestState(gpa);
        for (Gpr register : Gpr.values()) {
            state.setGpr(to, register, guest.get(register));
        }
        VtlState vtl = state.vtl(to);
        vtl.rip = guest.rip();
        vtl.rflags = guest.rflags();
        passSharedRegisters(state.vtl(from), vtl);
    }

    @Override
    public void leave(VpState state, int from, int to, HardwareExit exit, int instructionBytes) {
        VpState.PartitionEntry entry = state.partitionEntry();
        L2EnterGuestState guest = guestState(entry.guestState());
        for (Gpr register : Gpr.values()) {
            guest.set(register, state.gpr(from, register));
        }
        VtlState vtl = state.vtl(from);
        guest.setRip(vtl.rip);
        guest.setRflags(vtl.rflags);
        passSharedRegisters(vtl, state.vtl(to));
        state.setGpr(to, Gpr.RBX, entry.rbx());
        state.setGpr(to, Gpr.RBP, entry.rbp());
        state.setGpr(to, Gpr.R14, entry.r14());
        state.setGpr(to, Gpr.R15, entry.r15());
        tell(state, to, exit, vtl.segment(SegmentRegister.CS), instructionBytes);
    }

    @Override
    public long code(HardwareExit exit) {
        return exit.vmxReason();
    }

    private static void tell(VpState state, int to, HardwareExit exit, SegmentValue code, int instructionBytes) {
        long kind = exit.vmxReason() == VmxExit.EXTERNAL_INTERRUPT ? TdCall.L2_EXIT_PENDING_INTERRUPT : TdCall.SUCCESS;
        state.setGpr(to, Gpr.RAX, kind | exit.vmxReason());
        state.setGpr(to, Gpr.RCX, exit.qualification());
        state.setGpr(to, Gpr.RDX, exit.gla());
        state.setGpr(
                to,
                Gpr.RSI,
                code.selector() | (long) code.attributes() << 16 | (code.limit() & 0xffff_ffffL) << Integer.SIZE);
        state.setGpr(to, Gpr.RDI, code.base());
        state.setGpr(to, Gpr.R8, exit.gpa());
        state.setGpr(to, Gpr.R9, 0);
        state.setGpr(to, Gpr.R10, 0);
        state.setGpr(to, Gpr.R11, (long) instructionBytes << Integer.SIZE);
        state.setGpr(to, Gpr.R12, 0);
        state.setGpr(to, Gpr.R13, 0);
    }

    /** MSRs that the module neither keeps for a partition nor swaps. */
    private static void passSharedRegisters(VtlState from, VtlState to) {
        to.star = from.star;
        to.lstar = from.lstar;
        to.cstar = from.cstar;
        to.sfmask = from.sfmask;
        to.kernelGsBase = from.kernelGsBase;
        to.tscAux = from.tscAux;
    }
}
