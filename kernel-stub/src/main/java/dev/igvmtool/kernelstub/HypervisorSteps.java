package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.snp.GhcbMsr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.kernelstub.fault.KernelPanic;
import dev.igvmtool.kernelstub.fault.SnpTermination;
import dev.igvmtool.kernelstub.host.OpenHost;
import dev.igvmtool.kernelstub.host.SnpHost;
import dev.igvmtool.kernelstub.hv.Hypercalls;
import dev.igvmtool.kernelstub.memory.KernelMap;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;

/** Makes the kernel known to the hypervisor, by each platform's way. */
final class HypervisorSteps {
    /** Open source, Linux, version 6.6.0. */
    private static final long GUEST_OS_ID = 0x8100_0006_0600_0000L;

    private static final long ENABLE = 1;
    private static final int ISOLATION_LEAF = 0x4000_000c;
    private static final int ISOLATION_TYPE_MASK = 0xf;
    private static final long GHCB_PROTOCOL = 2;
    private static final long VERSION_MASK = 0xffff;
    private static final int FEATURES_SHIFT = 12;

    private HypervisorSteps() {}

    /** What must be agreed on before anything is asked. */
    static void negotiate(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.host() instanceof SnpHost host) {
            negotiate(kernel, host);
            kernel.commit();
        }
    }

    /** Hypercall page, GHCB page or nothing; then the guest's identity. */
    static void setUp(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.host() instanceof SnpHost host) {
            host.register();
        }
        kernel.host().writeMsr(Msr.HV_GUEST_OS_ID, GUEST_OS_ID);
        if (kernel.host() instanceof OpenHost) {
            long page = kernel.clearedPage();
            cpu.writeMsr(Msr.HV_HYPERCALL, page | ENABLE);
            kernel.tables(kernel.layout().cr3())
                    .map(KernelMap.HYPERCALL_PAGE, page, KernelMap.PAGE, PageTableEntry.PRESENT);
            kernel.setLayout(kernel.layout().withHypercallPage(page));
        }
        kernel.setLayout(kernel.layout().withHypervisor(kernel.host().readMsr(Msr.HV_TIME_REF_COUNT)));
        if (kernel.host() instanceof SnpHost) {
            kernel.catchUpOnConsole();
        }
        compareIsolation(kernel);
        kernel.commit();
    }

    /** Version and features of the protocol. */
    private static void negotiate(Kernel kernel, SnpHost host) {
        long versions = host.ask(GhcbMsr.SEV_INFO_REQUEST);
        long lowest = versions >>> 32 & VERSION_MASK;
        long highest = versions >>> 48;
        if (GhcbMsr.info(versions) != GhcbMsr.SEV_INFO_RESPONSE || lowest > GHCB_PROTOCOL || highest < GHCB_PROTOCOL) {
            throw new SnpTermination(
                    SnpTermination.SET_GENERAL,
                    SnpTermination.PROTOCOL_UNSUPPORTED,
                    String.format("the hypervisor offers GHCB protocols %d to %d, expected 2", lowest, highest));
        }
        long features = host.ask(GhcbMsr.HYPERVISOR_FEATURES_REQUEST);
        long missing = (GhcbMsr.FEATURE_SNP | GhcbMsr.FEATURE_AP_CREATION) & ~(features >>> FEATURES_SHIFT);
        if (GhcbMsr.info(features) != GhcbMsr.HYPERVISOR_FEATURES_RESPONSE || missing != 0) {
            throw new SnpTermination(
                    SnpTermination.SET_GENERAL,
                    SnpTermination.SNP_UNSUPPORTED,
                    String.format("the hypervisor lacks GHCB features 0x%x of SNP guests", missing));
        }
        kernel.log(
                Kernel.INFO,
                String.format("SEV: GHCB protocol 2, hypervisor features 0x%x", features >>> FEATURES_SHIFT));
    }

    /** The paravisor goes by the tree, which the boot shim made; the hypervisor says what it thinks. */
    private static void compareIsolation(Kernel kernel) {
        TreeIsolation tree = BootTree.of(Fdt.parse(kernel.deviceTree())).isolation();
        int said = kernel.host().cpuid(ISOLATION_LEAF, 0).ebx() & ISOLATION_TYPE_MASK;
        int expected =
                switch (tree) {
                    case NONE -> 0;
                    case VBS -> 1;
                    case SNP -> 2;
                    case TDX -> 3;
                };
        if (said != expected) {
            kernel.log(Kernel.WARNING, "Hyper-V: isolation type " + said + ", but the device tree says " + tree.text());
        }
    }

    static void assistPage(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (kernel.host() instanceof OpenHost) {
            cpu.writeMsr(Msr.HV_VP_ASSIST_PAGE, kernel.self().assistPage() | ENABLE);
        }
    }

    /** Where the hypercall page has VTL return; guests isolated by hardware enter lower VTLs by themselves. */
    static void vtlReturnOffset(Cpu cpu) {
        Kernel kernel = Kernel.resume(cpu);
        if (!(kernel.host() instanceof OpenHost)) {
            return;
        }
        Hypercalls.RegisterResult offsets =
                Hypercalls.getRegister(kernel, TargetVtl.CURRENT, RegisterName.VSM_CODE_PAGE_OFFSETS);
        if (!offsets.result().isSuccess()) {
            throw new KernelPanic("hypervisor does not tell the VTL return sequence: " + offsets.result());
        }
        int offset = (int) (offsets.value().low() >>> 12) & 0xfff;
        kernel.setLayout(kernel.layout().withVtlReturn(offset));
        kernel.log(Kernel.INFO, String.format("Hyper-V: VTL return at offset 0x%x of the hypercall page", offset));
        kernel.commit();
    }
}
