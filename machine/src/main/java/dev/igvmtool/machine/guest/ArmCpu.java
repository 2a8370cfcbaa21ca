package dev.igvmtool.machine.guest;

import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.hv.HvSelf;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;

/**
 * One AArch64 virtual processor at exception level 1, as the program running on it sees it in its current VTL. What
 * hardware would answer with an exception is an {@link ArmException}; the machine takes it after the step, whose effects
 * on memory up to then stay, with {@code ELR_EL1} at the step.
 *
 * <p>Before a step runs, PC is moved to the next slot; a step that sets PC has jumped.
 */
public interface ArmCpu extends Core {
    @Override
    default Architecture architecture() {
        return Architecture.AARCH64;
    }

    /** Value of X0 to X30. */
    long x(int number);

    /** Sets X0 to X30. */
    void setX(int number, long value);

    /** The stack pointer in use. */
    long sp();

    /** Sets the stack pointer in use. */
    void setSp(long value);

    /** Address of what runs next: the following slot unless this step has jumped. */
    long pc();

    /** PSTATE, as {@link dev.igvmtool.abi.arm.ProcessorState} has it. */
    long pstate();

    /** Sets the masks of PSTATE (MSR DAIF); mode and flags stay. */
    void setDaif(long value);

    /** MRS. */
    long get(SystemRegister register);

    /** MSR; takes effect at once for {@link #memory()}. */
    void set(SystemRegister register, long value);

    /** TLBI VMALLE1 with DSB and ISB. Nothing of a translation is kept that tables no longer say. */
    void invalidateTranslations();

    /**
     * HVC. Immediate 1 is a hypercall: X0 control word, X1 and X2 addresses of input and output, or X1 to X16 fast input
     * with 16 bytes of output in X15 and X16; the result is in X0. Immediate 0 is a call of {@link
     * dev.igvmtool.abi.arm.Psci}. Others do not exist.
     */
    void hvc(int immediate);

    /** A fast hypercall that sets a register of the hypervisor on this VP and in this VTL. */
    default HypercallResult setVpRegister(int name, long value) {
        setX(5, value);
        setX(6, 0);
        return vpRegister(HypercallCode.SET_VP_REGISTERS, name);
    }

    /** A fast hypercall that reads a register of the hypervisor; its value is in X15. */
    default HypercallResult getVpRegister(int name) {
        return vpRegister(HypercallCode.GET_VP_REGISTERS, name);
    }

    private HypercallResult vpRegister(HypercallCode code, int name) {
        setX(0, HypercallControl.rep(code, 1).asFast().value());
        setX(1, HvSelf.PARTITION);
        setX(2, Integer.toUnsignedLong(HvSelf.VP));
        setX(3, Integer.toUnsignedLong(name));
        setX(4, 0);
        hvc(1);
        return new HypercallResult(x(0));
    }

    /** SMC #0: nobody here answers; the processor ends. */
    void smc();

    /** BRK. */
    void brk(int immediate);

    /** WFI: the VP waits until an interrupt is pending. */
    void waitForInterrupt();
}
