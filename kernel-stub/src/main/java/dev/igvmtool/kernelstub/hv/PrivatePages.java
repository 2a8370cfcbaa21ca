package dev.igvmtool.kernelstub.hv;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.kernelstub.host.SnpHost;
import dev.igvmtool.kernelstub.host.TdHost;
import dev.igvmtool.kernelstub.host.Validation;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.memory.PageTables;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;

/** Pages of the kernel that it gives to the host to look at. */
public final class PrivatePages {
    private static final long SHARED_DATA =
            PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.NO_EXECUTE | PageTables.SHARED;

    private PrivatePages() {}

    /** Shares pages of the direct map and clears them; where nothing is private there is nothing to do. */
    public static void share(Kernel kernel, GpaRange pages) {
        if (!kernel.platform().hardware()) {
            return;
        }
        if (kernel.host() instanceof SnpHost host) {
            for (long gpa = pages.start(); gpa < pages.end(); gpa += KernelMap.PAGE) {
                rescind(kernel.cpu(), gpa);
                changeState(host, gpa);
            }
        } else if (kernel.host() instanceof TdHost host && !host.mapGpa(pages.start(), pages.size(), true)) {
            throw new KernelPanic("the host does not share pages " + pages);
        }
        kernel.tables(kernel.layout().cr3())
                .map(KernelMap.direct(pages.start()), pages.start(), pages.size(), SHARED_DATA);
        for (long gpa = pages.start(); gpa < pages.end(); gpa += KernelMap.PAGE) {
            kernel.cpu().invlpg(KernelMap.direct(gpa));
        }
        kernel.physical().zero(pages.start(), pages.size());
    }

    private static void rescind(Cpu cpu, long gpa) {
        long code = Validation.pvalidate(cpu, KernelMap.direct(gpa), false, false);
        if (code != 0) {
            throw new SnpTermination(
                    SnpTermination.SET_LINUX,
                    SnpTermination.LINUX_PVALIDATE,
                    String.format("page 0x%x cannot be rescinded: %d", gpa, code));
        }
    }

    private static void changeState(SnpHost host, long gpa) {
        long answer = host.ask(GhcbMsr.pageState(gpa, GhcbMsr.TO_SHARED));
        if (answer != GhcbMsr.PAGE_STATE_RESPONSE) {
            throw new SnpTermination(
                    SnpTermination.SET_LINUX,
                    SnpTermination.LINUX_PAGE_STATE,
                    String.format("the hypervisor does not share page 0x%x: 0x%x", gpa, answer));
        }
    }
}
