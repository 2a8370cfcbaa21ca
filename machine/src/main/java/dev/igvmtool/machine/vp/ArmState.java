package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.hv.ArmInitialVpContext;
import java.util.Arrays;

/** What an AArch64 VP has once per VTL besides its program counter: PSTATE, stack pointer, system registers. */
public final class ArmState {
    /** PSTATE. */
    public long pstate;

    /** SP_EL1. */
    public long sp;

    private final long[] system = new long[SystemRegister.values().length];

    ArmState() {
        reset();
    }

    private ArmState(ArmState source) {
        pstate = source.pstate;
        sp = source.sp;
        System.arraycopy(source.system, 0, system, 0, system.length);
    }

    ArmState copy() {
        return new ArmState(this);
    }

    /** Exception level 1, translation off, everything masked. */
    void reset() {
        pstate = ProcessorState.EL1H | ProcessorState.DAIF;
        sp = 0;
        Arrays.fill(system, 0);
        set(SystemRegister.SCTLR_EL1, SystemControl.RES1);
    }

    /** A system register as it is stored; those that only tell of the processor are not. */
    public long get(SystemRegister register) {
        return system[register.ordinal()];
    }

    /** Sets a system register. */
    public void set(SystemRegister register, long value) {
        system[register.ordinal()] = value;
    }

    /** Takes the registers of a start context, apart from PC and X18; the others keep their values. */
    void apply(ArmInitialVpContext context) {
        sp = context.spElh();
        set(SystemRegister.SCTLR_EL1, context.sctlrEl1());
        set(SystemRegister.MAIR_EL1, context.mairEl1());
        set(SystemRegister.TCR_EL1, context.tcrEl1());
        set(SystemRegister.VBAR_EL1, context.vbarEl1());
        set(SystemRegister.TTBR0_EL1, context.ttbr0El1());
        set(SystemRegister.TTBR1_EL1, context.ttbr1El1());
    }
}
