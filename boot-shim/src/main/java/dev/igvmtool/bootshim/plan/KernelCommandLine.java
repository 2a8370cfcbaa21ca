package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.HostTree;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.devicetree.binding.VmbusEntry;
import dev.igvmtool.machine.guest.Architecture;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line that the kernel gets: what the shim knows, then what image and host said. The kernel heeds the last
 * of several equal parameters, so the given text can override the computed one. Follows openhcl_boot/src/main.rs:
 * build_kernel_command_line.
 */
public final class KernelCommandLine {
    /** Bytes that the storage holds. */
    public static final int CAPACITY_BYTES = 8192;

    /** Parameters of every boot, in order. */
    private static final List<String> FIXED = List.of(
            "loglevel=8",
            "log_buf_len=128K",
            "printk.time=1",
            "console_msg_format=syslog",
            "uio_hv_generic.no_mask=1",
            "coredump_filter=0x33",
            "cpufreq.off=1",
            "cpuidle.off=1",
            "cryptomgr.notests",
            "idle=halt",
            "initcall_blacklist=init_real_mode,sbf_init",
            "lpj=3000000",
            "no_timer_check",
            "noxsave",
            "oops=panic",
            "panic_on_warn=0",
            "panic_print=0",
            "panic=-1",
            "printk.devkmsg=on",
            "reboot=t",
            "rootfstype=tmpfs",
            "sysctl.vm.compaction_proactiveness=0",
            "tsc=reliable",
            "unknown_nmi_panic=1",
            "vfio_pci.ids=1414:00ba",
            "vfio.enable_unsafe_noiommu_mode=1",
            "rdinit=/underhill-init",
            "OPENHCL_NVME_VFIO=1",
            "hv_storvsc.storvsc_vcpus_per_sub_channel=2048",
            "hv_storvsc.storvsc_max_hw_queues=2",
            "hv_storvsc.storvsc_ringbuffer_size=0x8000",
            "MIMALLOC_ARENA_EAGER_COMMIT=0",
            "acpi=off");

    /** What follows on x64. */
    private static final List<String> X64 = List.of("clearcpuid=pcid", "iommu=off", "pci=off");

    private KernelCommandLine() {}

    /**
     * Composes the command line, without terminator.
     *
     * @throws ShimFatalException if it does not fit its storage
     */
    public static Bytes of(ShimInputs inputs, SidecarPlan sidecar) {
        HostTree host = inputs.hostTree();
        CommandLinePlan given = inputs.commandLine();
        List<String> items = new ArrayList<>(FIXED);
        if (inputs.architecture() == Architecture.X64) {
            items.addAll(X64);
        }
        items.add(inputs.hardwareIsolated() ? "swiotlb=4096,1" : "swiotlb=1,1");
        items.add("console=" + console(host, given.trustsHost()));
        if (inputs.isolation() != TreeIsolation.NONE) {
            items.add("OPENHCL_CONFIDENTIAL=1");
        }
        if (given.options().confidentialDebug()) {
            items.add("OPENHCL_CONFIDENTIAL_DEBUG=1");
        }
        items.add("OPENHCL_NVME_KEEP_ALIVE="
                + (given.options().disableNvmeKeepAlive() ? "disabled," : "")
                + (host.nvmeKeepAlive() ? "host," : "nohost,")
                + (sidecar.addressSpace().has(Usage.POOL) ? "privatepool" : "noprivatepool"));
        if (sidecar.starts()) {
            items.add(bootCpus(inputs, sidecar).text());
        }
        long connectionId = host.vmbusVtl2().map(VmbusEntry::connectionId).orElse(0L);
        items.add("hv_vmbus.message_connection_id=0x" + Long.toHexString(connectionId));
        Bytes text = Bytes.utf8(String.join(" ", items) + " " + given.text());
        if (text.size() > CAPACITY_BYTES) {
            throw new ShimFatalException(String.format(
                    "the kernel command line has %d bytes, the storage holds %d", text.size(), CAPACITY_BYTES));
        }
        return text;
    }

    /** The processors that the kernel starts, with a sidecar for the others. */
    public static LogMessage bootCpus(ShimInputs inputs, SidecarPlan sidecar) {
        List<String> pieces = new ArrayList<>();
        pieces.add("boot_cpus=");
        for (long cpu : sidecar.bootCpus(inputs.hostTree().cpus().size())) {
            if (pieces.size() > 1) {
                pieces.add(",");
            }
            pieces.add(String.valueOf(cpu));
        }
        return new LogMessage(pieces);
    }

    private static String console(HostTree host, boolean trustsHost) {
        if (!trustsHost) {
            return "ttynull";
        }
        if (host.com3Speed().isPresent()) {
            return "ttyS2," + host.com3Speed().getAsLong();
        }
        return host.pl011().map(port -> "ttyAMA0," + port.currentSpeed()).orElse("ttynull");
    }
}
