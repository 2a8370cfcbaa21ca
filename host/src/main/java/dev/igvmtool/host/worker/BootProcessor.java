package dev.igvmtool.host.worker;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;

/** Starts the boot processor with the registers of an image. */
final class BootProcessor {
    private static final int HOST = -1;

    private BootProcessor() {}

    static void start(Vp vp, LoadPlan plan) {
        int vtl = plan.vtl();
        if (vtl != 0) {
            vp.enableVtl(vtl);
        }
        for (VbsRegister register : plan.registers()) {
            RegisterValue value = RegisterValue.CODEC.read(register.value());
            if (VpRegisters.set(vp, vtl, register.name(), value) != HvStatus.SUCCESS) {
                throw new LoadException(String.format(
                        "register 0x%08x of the VP context cannot be set to 0x%x", register.name(), register.u64()));
            }
        }
        vp.start(vtl, HOST);
    }
}
