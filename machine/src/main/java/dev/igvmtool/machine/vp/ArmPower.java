package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.Psci;
import dev.igvmtool.machine.partition.Partition;
import java.util.OptionalInt;

/** Calls of the Power State Coordination Interface, which the hypervisor answers. */
final class ArmPower {
    private final Vp vp;
    private final Partition partition;

    ArmPower(Vp vp) {
        this.vp = vp;
        this.partition = vp.partition();
    }

    /** One call: function in W0, arguments in X1 to X3, answer in X0. */
    void call() {
        VpState state = vp.mutableState();
        switch ((int) state.x(0)) {
            case Psci.VERSION -> state.setX(0, Psci.VERSION_1_1);
            case Psci.CPU_ON -> state.setX(0, turnOn(state.x(1), state.x(2), state.x(3)));
            case Psci.CPU_OFF -> state.active().startSuspended = true;
            case Psci.SYSTEM_OFF -> vp.stop("the guest has turned the system off");
            case Psci.SYSTEM_RESET -> vp.stop("the guest has asked for a reset");
            default -> state.setX(0, Psci.NOT_SUPPORTED);
        }
    }

    /** The other VP runs in the caller's VTL, which must be enabled there. */
    private long turnOn(long mpidr, long entry, long context) {
        OptionalInt index = mpidr >>> Integer.SIZE == 0 ? partition.vpWithApicId((int) mpidr) : OptionalInt.empty();
        int vtl = vp.vtl();
        if (index.isEmpty() || !partition.vp(index.getAsInt()).state().hasVtl(vtl)) {
            return Psci.INVALID_PARAMETERS;
        }
        Vp other = partition.vp(index.getAsInt());
        if (other.runState() != RunState.WAITING_FOR_START) {
            return Psci.ALREADY_ON;
        }
        VtlState target = other.mutableState().vtl(vtl);
        target.reset();
        target.rip = entry;
        other.mutableState().setX(0, context);
        other.start(vtl, vp.index());
        return Psci.SUCCESS;
    }
}
