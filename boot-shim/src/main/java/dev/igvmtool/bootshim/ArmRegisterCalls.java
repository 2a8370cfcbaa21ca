package dev.igvmtool.bootshim;

import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.bootshim.plan.ShimFatalException;
import dev.igvmtool.machine.guest.ArmCpu;

/** Registers of the hypervisor by fast hypercalls, which need no memory. */
record ArmRegisterCalls(ArmCpu cpu) {
    private static final int OUTPUT = 15;

    /** Says who the guest is; an error is of no consequence. */
    void setGuestOsId(long id) {
        cpu.setVpRegister(RegisterName.GUEST_OS_ID, id);
    }

    /** The five parameters of a crash, then its notification. */
    void setCrash(long p0, long p1, long p2, long p3, long p4, long control) {
        long[] values = {p0, p1, p2, p3, p4, control};
        for (int i = 0; i < values.length; i++) {
            cpu.setVpRegister(RegisterName.CRASH_P0 + i, values[i]);
        }
    }

    /** The partition's reference time, in units of 100 ns. */
    long referenceTime() {
        HypercallResult result = cpu.getVpRegister(RegisterName.TIME_REF_COUNT);
        if (!result.isSuccess()) {
            throw new ShimFatalException("could not query reference time: " + result);
        }
        return cpu.x(OUTPUT);
    }
}
