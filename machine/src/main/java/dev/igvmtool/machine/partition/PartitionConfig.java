package dev.igvmtool.machine.partition;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.machine.bus.Clock;
import dev.igvmtool.machine.bus.CpuidTable;
import dev.igvmtool.machine.bus.StepClock;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the host decides about a partition before it runs.
 *
 * @param architecture of the processors
 * @param vps in VP index order, at least one
 * @param ram page-aligned, in any order; the host may change it until the partition runs
 * @param highestVtl highest VTL that may be enabled, 0 to 2
 * @param activeVtlAnswer answer to VsmVpStatus in place of the VTL in which a VP runs
 * @param physicalAddressBits as CPUID tells them
 * @param privileges what the partition may use, see {@link HvPrivilege}
 * @param guestVsm the guest may have a VTL1
 * @param vsmCapabilities what the hypervisor offers to VTLs, see {@link VsmCapabilities}
 * @param tscRatioNumerator EBX of CPUID 0x15, 0 if not told
 * @param tdConfigFlags field CONFIG_FLAGS of a TD
 * @param cpuidOverrides leaves that differ from the built-in table
 * @param vpIndexAnswers wrong answers of GetVpIndexFromApicId, by APIC id
 * @param clock the machine takes it over
 * @param conduct the machine takes it over
 */
public record PartitionConfig(
        Architecture architecture,
        List<VpTopology> vps,
        List<GpaRange> ram,
        Isolation isolation,
        int highestVtl,
        OptionalInt activeVtlAnswer,
        int physicalAddressBits,
        boolean x2apic,
        long privileges,
        boolean guestVsm,
        long vsmCapabilities,
        int tscRatioNumerator,
        long tdConfigFlags,
        Map<CpuidTable.Key, CpuidResult> cpuidOverrides,
        Map<Integer, Integer> vpIndexAnswers,
        Clock clock,
        HostConduct conduct) {
    /** What Hyper-V lets a guest with a paravisor use. */
    public static final long DEFAULT_PRIVILEGES = HvPrivilege.VP_RUN_TIME
            | HvPrivilege.REFERENCE_COUNTER
            | HvPrivilege.SYNIC_MSRS
            | HvPrivilege.SYNTHETIC_TIMERS
            | HvPrivilege.APIC_MSRS
            | HvPrivilege.HYPERCALL_MSRS
            | HvPrivilege.VP_INDEX
            | HvPrivilege.REFERENCE_TSC
            | HvPrivilege.GUEST_IDLE
            | HvPrivilege.FREQUENCIES
            | HvPrivilege.REENLIGHTENMENT
            | HvPrivilege.POST_MESSAGES
            | HvPrivilege.SIGNAL_EVENTS
            | HvPrivilege.EXTENDED_GVA_RANGES
            | HvPrivilege.VSM
            | HvPrivilege.VP_REGISTERS
            | HvPrivilege.FAST_OUTPUT
            | HvPrivilege.EXTENDED_HYPERCALLS
            | HvPrivilege.START_VP;

    public PartitionConfig {
        vps = List.copyOf(vps);
        ram = List.copyOf(ram);
        cpuidOverrides = new TreeMap<>(cpuidOverrides);
        vpIndexAnswers = new TreeMap<>(vpIndexAnswers);
        if (vps.isEmpty() || highestVtl < 0 || highestVtl > 2) {
            throw new IllegalArgumentException("a partition needs a VP and a highest VTL of 0 to 2");
        }
        if (architecture == Architecture.AARCH64 && isolation != Isolation.NONE) {
            throw new IllegalArgumentException("an AArch64 partition cannot be isolated here");
        }
    }

    /**
     * Address bits of the memory bus: those that CPUID tells, or more if RAM reaches further. A host that tells a guest less
     * does not take RAM away from it.
     */
    public int addressBits() {
        long highest = ram.stream()
                .filter(range -> !range.isEmpty())
                .mapToLong(range -> range.end() - 1)
                .max()
                .orElse(0);
        return Math.max(physicalAddressBits, Long.SIZE - Long.numberOfLeadingZeros(highest));
    }

    /** A builder of an x64 partition with one VP, no RAM, no isolation, VTL2, 46 address bits, x2APIC and the default clock. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the parts that differ from the usual. */
    public static final class Builder {
        private Architecture architecture = Architecture.X64;
        private List<VpTopology> vps = List.of(new VpTopology(0, 0));
        private List<GpaRange> ram = List.of();
        private Isolation isolation = Isolation.NONE;
        private int highestVtl = 2;
        private OptionalInt activeVtlAnswer = OptionalInt.empty();
        private int physicalAddressBits = 46;
        private boolean x2apic = true;
        private long privileges = DEFAULT_PRIVILEGES;
        private boolean guestVsm;
        private long vsmCapabilities = VsmCapabilities.DR6_SHARED
                | VsmCapabilities.INTERCEPT_PAGE_AVAILABLE
                | VsmCapabilities.RETURN_ACTION_AVAILABLE
                | VsmCapabilities.VTL0_ALIAS_MAP_AVAILABLE;
        private int tscRatioNumerator;
        private long tdConfigFlags;
        private Map<CpuidTable.Key, CpuidResult> cpuidOverrides = Map.of();
        private Map<Integer, Integer> vpIndexAnswers = Map.of();
        private Clock clock = StepClock.DEFAULT;
        private HostConduct conduct = HostConduct.HONEST;

        private Builder() {}

        public Builder architecture(Architecture value) {
            architecture = value;
            return this;
        }

        /** VPs with APIC ids equal to their indexes, all on node 0. */
        public Builder vpCount(int count) {
            vps = IntStream.range(0, count).mapToObj(i -> new VpTopology(i, 0)).toList();
            return this;
        }

        public Builder vps(List<VpTopology> value) {
            vps = value;
            return this;
        }

        public Builder ram(List<GpaRange> value) {
            ram = value;
            return this;
        }

        public Builder isolation(Isolation value) {
            isolation = value;
            return this;
        }

        public Builder highestVtl(int value) {
            highestVtl = value;
            return this;
        }

        public Builder activeVtlAnswer(OptionalInt value) {
            activeVtlAnswer = value;
            return this;
        }

        public Builder physicalAddressBits(int value) {
            physicalAddressBits = value;
            return this;
        }

        public Builder x2apic(boolean value) {
            x2apic = value;
            return this;
        }

        public Builder privileges(long value) {
            privileges = value;
            return this;
        }

        public Builder guestVsm(boolean value) {
            guestVsm = value;
            return this;
        }

        /** Offers a capability of {@link VsmCapabilities}, or does not. */
        public Builder vsmCapability(long capability, boolean offered) {
            vsmCapabilities = offered ? vsmCapabilities | capability : vsmCapabilities & ~capability;
            return this;
        }

        public Builder vtl0AliasMapAvailable(boolean value) {
            return vsmCapability(VsmCapabilities.VTL0_ALIAS_MAP_AVAILABLE, value);
        }

        public Builder tscRatioNumerator(int value) {
            tscRatioNumerator = value;
            return this;
        }

        public Builder tdConfigFlags(long value) {
            tdConfigFlags = value;
            return this;
        }

        public Builder cpuidOverrides(Map<CpuidTable.Key, CpuidResult> value) {
            cpuidOverrides = value;
            return this;
        }

        public Builder vpIndexAnswers(Map<Integer, Integer> value) {
            vpIndexAnswers = value;
            return this;
        }

        public Builder clock(Clock value) {
            clock = value;
            return this;
        }

        public Builder conduct(HostConduct value) {
            conduct = value;
            return this;
        }

        public PartitionConfig build() {
            return new PartitionConfig(
                    architecture,
                    vps,
                    ram,
                    isolation,
                    highestVtl,
                    activeVtlAnswer,
                    physicalAddressBits,
                    x2apic,
                    isolation == Isolation.VBS ? privileges | HvPrivilege.ISOLATION : privileges,
                    guestVsm,
                    vsmCapabilities,
                    tscRatioNumerator,
                    tdConfigFlags,
                    cpuidOverrides,
                    vpIndexAnswers,
                    clock,
                    conduct);
        }
    }
}
