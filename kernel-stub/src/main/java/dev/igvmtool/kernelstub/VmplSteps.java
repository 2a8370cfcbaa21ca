package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.kernelstub.host.Platform;
import dev.igvmtool.kernelstub.host.SnpHost;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;

/**
 * The request "return to lower VTL" in an SNP guest: the hypervisor is asked to run the VMPL of that VTL, with the
 * registers of its save area, where the processor writes why it has left.
 */
final class VmplSteps {
    private VmplSteps() {}

    private static Vmsa area(Kernel kernel) {
        return new Vmsa(kernel.physical(), kernel.self().pages().lower());
    }

    static void run(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        RunPage run = VtlSteps.runPage(kernel);
        if (!VtlSteps.mayEnterByHardware(kernel, run)) {
            return;
        }
        SnpHost host = (SnpHost) kernel.host();
        if (!handOver(kernel, host)) {
            VtlSteps.finish(kernel, Errno.EINVAL.result());
            return;
        }
        kernel.commit();
        area(kernel).set(Vmsa.EXIT_CODE, SvmExit.INVALID);
        long answer = host.ask(GhcbMsr.runVmpl(Platform.Snp.LOWER_VMPL));
        if (answer != GhcbMsr.RUN_VMPL_RESPONSE) {
            VtlSteps.finish(kernel, Errno.EINVAL.result());
        }
    }

    /** The hypervisor takes the save area when it is run first: what it must check is in it by then. */
    private static boolean handOver(Kernel kernel, SnpHost host) {
        if (kernel.self().pages().lowerTaken()) {
            return true;
        }
        Vmsa area = area(kernel);
        boolean taken = host.createProcessor(
                kernel.self().apicId(), Platform.Snp.LOWER_VMPL, area.address(), area.get(Vmsa.SEV_FEATURES));
        if (taken) {
            kernel.put(kernel.self().withLowerPage(area.address(), true));
        }
        return taken;
    }

    static void left(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (area(kernel).get(Vmsa.EXIT_CODE) == SvmExit.INTERRUPT) {
            cpu.jumpTo(VtlSteps.INTERRUPTS);
        } else {
            VtlSteps.finish(kernel, 0);
        }
    }
}
