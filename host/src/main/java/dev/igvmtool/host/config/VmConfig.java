package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One virtual machine as its host sees it, apart from the image. {@link #builder} starts with one processor, 512 MiB and
 * what openvmm does by default.
 *
 * @param isolation of the partition
 * @param processors in VP index order, at least one; the first is the boot processor
 * @param ram in ascending order, without the range that {@link Vtl2Base.MemoryLayout} adds
 * @param vtl2Base where VTL2 goes
 * @param vtl2ProtectableOverride ranges that the host calls protectable in place of those that the file requires
 * @param mmio ranges of devices
 * @param com serial port, if there is one
 * @param aarch64 devices that only an AArch64 machine has, and its tree tells of
 * @param commandLine the user's text for the paravisor's kernel
 * @param vtl2Framebuffer address of VTL2's frame buffer, if it has one: VTL2 is told on the command line
 * @param vmbusRedirect whether VTL2 relays VMBus to VTL0
 * @param entropy given to VTL2's kernel
 * @param hostTree departures from openvmm's device tree
 * @param slit ACPI table, if the host has one
 * @param pptt ACPI table, if the host has one
 * @param x2apic CPUID says that there is an x2APIC
 * @param physicalAddressBits of CPUID
 * @param vtl0AliasMapAvailable bit 29 of the answer to VsmCapabilities
 * @param interceptPageAvailable bit 27: VTL2 finds intercepts in its VP assist page
 * @param returnActionsAvailable bit 28: what VTL2 has listed there is done when it returns
 * @param activeVtl answer to VsmVpStatus on the boot processor
 * @param referenceTime the hypervisor's clock, if it only moves when read
 * @param tsc the processor's clock, if it only moves when read
 * @param tscRatioNumerator EBX of CPUID 0x15
 * @param tdConfigFlags what a TD module answers
 * @param vpIndexAnswers wrong answers to GetVpIndexFromApicId, by APIC id
 * @param deviceTree false to leave the device tree area zero
 * @param givenTree device tree in place of the one that the rest of the configuration makes
 * @param corruptInitrd true to flip a bit of the initrd after loading
 * @param persistedState what an earlier run left
 * @param seed of everything random
 * @param lies what the host does other than it should
 */
public record VmConfig(
        Isolation isolation,
        List<Processor> processors,
        List<RamRange> ram,
        Vtl2Base vtl2Base,
        Optional<List<GpaRange>> vtl2ProtectableOverride,
        Mmio mmio,
        Optional<ComPort> com,
        Aarch64Devices aarch64,
        String commandLine,
        OptionalLong vtl2Framebuffer,
        boolean vmbusRedirect,
        Bytes entropy,
        HostTreeOptions hostTree,
        Optional<Bytes> slit,
        Optional<Bytes> pptt,
        boolean x2apic,
        int physicalAddressBits,
        boolean vtl0AliasMapAvailable,
        boolean interceptPageAvailable,
        boolean returnActionsAvailable,
        int activeVtl,
        Optional<CounterSequence> referenceTime,
        Optional<CounterSequence> tsc,
        OptionalInt tscRatioNumerator,
        long tdConfigFlags,
        Map<Integer, Integer> vpIndexAnswers,
        boolean deviceTree,
        Optional<Bytes> givenTree,
        boolean corruptInitrd,
        Optional<PersistedState> persistedState,
        long seed,
        List<Lie> lies) {
    public VmConfig {
        processors = List.copyOf(processors);
        ram = List.copyOf(ram);
        vtl2ProtectableOverride = vtl2ProtectableOverride.map(List::copyOf);
        vpIndexAnswers = new TreeMap<>(vpIndexAnswers);
        lies = List.copyOf(lies);
        if (processors.isEmpty()) {
            throw new IllegalArgumentException("a virtual machine has at least one processor");
        }
    }

    /** The usual machine, to be changed where it is to differ. */
    public static VmConfigBuilder builder() {
        return new VmConfigBuilder();
    }
}
