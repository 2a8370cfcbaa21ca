package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.acpi.Pptt;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Collects the parts of a {@link VmConfig} that differ from the usual. */
public final class VmConfigBuilder {
    /** Bytes of entropy that openvmm gives. */
    public static final int ENTROPY_BYTES = 64;

    /** Steps of the memory that there is if nothing is said. */
    private static final long DEFAULT_MEMORY = 512L << 20;

    private static final int VPS_OF_DEFAULT_MEMORY = 512;

    /** What devices of the chipset have below 4 GiB, and RAM has not. */
    static final GpaRange CHIPSET_LOW = GpaRange.ofSize(0xf800_0000L, 0x800_0000L);

    private static final long HIGH_MMIO_SIZE = 0x2000_0000L;
    private static final long VTL2_MMIO_SIZE = 0x4000_0000L;
    private static final long HIGH_MMIO_START = 0xf_e000_0000L;

    private Isolation isolation = Isolation.NONE;
    private Optional<List<Processor>> processors = Optional.empty();
    private OptionalInt vpCount = OptionalInt.empty();
    private Spread.ApicIds apicIds = Spread.ApicIds.INDEXES;
    private Optional<List<RamRange>> ram = Optional.empty();
    private OptionalLong memory = OptionalLong.empty();
    private OptionalInt nodes = OptionalInt.empty();
    private Vtl2Base vtl2Base = new Vtl2Base.File();
    private Optional<List<GpaRange>> vtl2ProtectableOverride = Optional.empty();
    private Optional<Mmio> mmio = Optional.empty();
    private Optional<ComPort> com = Optional.of(ComPort.COM3);
    private Aarch64Devices aarch64 = Aarch64Devices.USUAL;
    private String commandLine = "";
    private OptionalLong vtl2Framebuffer = OptionalLong.empty();
    private boolean vmbusRedirect;
    private Optional<Bytes> entropy = Optional.empty();
    private HostTreeOptions hostTree = HostTreeOptions.OPENVMM;
    private Optional<Bytes> slit = Optional.empty();
    private Optional<Bytes> pptt = Optional.empty();
    private Optional<Pptt.Packing> packing = Optional.empty();
    private boolean x2apic = true;
    private int physicalAddressBits = 46;
    private boolean vtl0AliasMapAvailable = true;
    private boolean interceptPageAvailable = true;
    private boolean returnActionsAvailable = true;
    private int activeVtl = 2;
    private Optional<CounterSequence> referenceTime = Optional.empty();
    private Optional<CounterSequence> tsc = Optional.empty();
    private OptionalInt tscRatioNumerator = OptionalInt.empty();
    private long tdConfigFlags;
    private Map<Integer, Integer> vpIndexAnswers = Map.of();
    private boolean deviceTree = true;
    private Optional<Bytes> givenTree = Optional.empty();
    private boolean corruptInitrd;
    private Optional<PersistedState> persistedState = Optional.empty();
    private long seed;
    private List<Lie> lies = List.of();

    VmConfigBuilder() {}

    public VmConfigBuilder isolation(Isolation value) {
        isolation = value;
        return this;
    }

    public VmConfigBuilder processors(List<Processor> value) {
        processors = Optional.of(value);
        vpCount = OptionalInt.empty();
        return this;
    }

    public VmConfigBuilder ram(List<RamRange> value) {
        ram = Optional.of(value);
        memory = OptionalLong.empty();
        return this;
    }

    /** A number of processors in place of a list: in equal runs over the nodes, with their indexes as APIC ids. */
    public VmConfigBuilder vpCount(int value) {
        vpCount = OptionalInt.of(value);
        processors = Optional.empty();
        return this;
    }

    /** The APIC ids of {@link #vpCount}: {@code first}, {@code first + step} and so on. */
    public VmConfigBuilder apicIds(int first, int step) {
        apicIds = new Spread.ApicIds(first, step);
        return this;
    }

    /** An amount of RAM in place of a list: in equal runs over the nodes, around the hole below 4 GiB. */
    public VmConfigBuilder memory(long bytes) {
        memory = OptionalLong.of(bytes);
        ram = Optional.empty();
        return this;
    }

    /** Virtual NUMA nodes for {@link #vpCount} and {@link #memory}; else as many as the lists name. */
    public VmConfigBuilder nodes(int value) {
        nodes = OptionalInt.of(value);
        return this;
    }

    /** The three at once. */
    public VmConfigBuilder topology(int count, long memoryBytes, int nodeCount) {
        return vpCount(count).memory(memoryBytes).nodes(nodeCount);
    }

    public VmConfigBuilder vtl2Base(Vtl2Base value) {
        vtl2Base = value;
        return this;
    }

    public VmConfigBuilder vtl2ProtectableOverride(List<GpaRange> value) {
        vtl2ProtectableOverride = Optional.of(value);
        return this;
    }

    public VmConfigBuilder mmio(Mmio value) {
        mmio = Optional.of(value);
        return this;
    }

    public VmConfigBuilder com(Optional<ComPort> value) {
        com = value;
        return this;
    }

    public VmConfigBuilder aarch64(Aarch64Devices value) {
        aarch64 = value;
        return this;
    }

    public VmConfigBuilder commandLine(String value) {
        commandLine = value;
        return this;
    }

    public VmConfigBuilder vtl2Framebuffer(long value) {
        vtl2Framebuffer = OptionalLong.of(value);
        return this;
    }

    public VmConfigBuilder vmbusRedirect(boolean value) {
        vmbusRedirect = value;
        return this;
    }

    public VmConfigBuilder entropy(Bytes value) {
        entropy = Optional.of(value);
        return this;
    }

    public VmConfigBuilder hostTree(HostTreeOptions value) {
        hostTree = value;
        return this;
    }

    public VmConfigBuilder slit(Bytes value) {
        slit = Optional.of(value);
        return this;
    }

    public VmConfigBuilder pptt(Bytes value) {
        pptt = Optional.of(value);
        return this;
    }

    /** A PPTT that says how the processors are packed. */
    public VmConfigBuilder packing(Pptt.Packing value) {
        packing = Optional.of(value);
        return this;
    }

    public VmConfigBuilder x2apic(boolean value) {
        x2apic = value;
        return this;
    }

    public VmConfigBuilder physicalAddressBits(int value) {
        physicalAddressBits = value;
        return this;
    }

    public VmConfigBuilder vtl0AliasMapAvailable(boolean value) {
        vtl0AliasMapAvailable = value;
        return this;
    }

    public VmConfigBuilder interceptPageAvailable(boolean value) {
        interceptPageAvailable = value;
        return this;
    }

    public VmConfigBuilder returnActionsAvailable(boolean value) {
        returnActionsAvailable = value;
        return this;
    }

    public VmConfigBuilder activeVtl(int value) {
        activeVtl = value;
        return this;
    }

    public VmConfigBuilder referenceTime(CounterSequence value) {
        referenceTime = Optional.of(value);
        return this;
    }

    public VmConfigBuilder tsc(CounterSequence value) {
        tsc = Optional.of(value);
        return this;
    }

    public VmConfigBuilder tscRatioNumerator(int value) {
        tscRatioNumerator = OptionalInt.of(value);
        return this;
    }

    public VmConfigBuilder tdConfigFlags(long value) {
        tdConfigFlags = value;
        return this;
    }

    public VmConfigBuilder vpIndexAnswers(Map<Integer, Integer> value) {
        vpIndexAnswers = value;
        return this;
    }

    public VmConfigBuilder deviceTree(boolean value) {
        deviceTree = value;
        return this;
    }

    public VmConfigBuilder givenTree(Bytes value) {
        givenTree = Optional.of(value);
        return this;
    }

    public VmConfigBuilder corruptInitrd(boolean value) {
        corruptInitrd = value;
        return this;
    }

    public VmConfigBuilder persistedState(PersistedState value) {
        persistedState = Optional.of(value);
        return this;
    }

    public VmConfigBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * The configuration. Entropy and MMIO ranges that were not given follow from seed and RAM.
     *
     * @throws dev.igvmtool.abi.binary.IgvmToolException if processors or memory cannot be spread over the nodes
     */
    public VmConfig build() {
        int nodeCount = nodes.orElseGet(this::namedNodes);
        List<Processor> vps =
                processors.orElseGet(() -> Spread.processors(vpCount.orElse(nodeCount), nodeCount, apicIds));
        List<RamRange> ranges =
                ram.orElseGet(() -> Spread.memory(memory.orElse(usualMemory(vps.size(), nodeCount)), nodeCount));
        return new VmConfig(
                isolation,
                vps,
                ranges,
                vtl2Base,
                vtl2ProtectableOverride,
                mmio.orElseGet(() -> usualMmio(ranges)),
                com,
                aarch64,
                commandLine,
                vtl2Framebuffer,
                vmbusRedirect,
                entropy.orElseGet(() -> SeededBytes.of(seed, ENTROPY_BYTES)),
                hostTree,
                slit,
                pptt.or(() -> packing.map(it -> Pptt.of(vps.size(), it))),
                x2apic,
                physicalAddressBits,
                vtl0AliasMapAvailable,
                interceptPageAvailable,
                returnActionsAvailable,
                activeVtl,
                referenceTime,
                tsc,
                tscRatioNumerator,
                tdConfigFlags,
                vpIndexAnswers,
                deviceTree,
                givenTree,
                corruptInitrd,
                persistedState,
                seed,
                lies);
    }

    /** What the host does other than it should; nothing if not said. */
    public VmConfigBuilder lies(List<Lie> value) {
        lies = value;
        return this;
    }

    private static long usualMemory(int vpCount, int nodeCount) {
        int ofVps = (vpCount + VPS_OF_DEFAULT_MEMORY - 1) / VPS_OF_DEFAULT_MEMORY;
        return Math.max(nodeCount, ofVps) * DEFAULT_MEMORY;
    }

    private int namedNodes() {
        IntStream ofProcessors = processors.stream().flatMap(List::stream).mapToInt(Processor::node);
        IntStream ofRam = ram.stream().flatMap(List::stream).mapToInt(RamRange::node);
        return IntStream.concat(ofProcessors, ofRam).max().orElse(0) + 1;
    }

    /**
     * Where openvmm has the ranges of devices: the high ones below 64 GiB and at it, or above all RAM if that reaches
     * further.
     */
    private static Mmio usualMmio(List<RamRange> ram) {
        long ramEnd = ram.stream().mapToLong(range -> range.range().end()).max().orElse(0);
        long high = Math.max(HIGH_MMIO_START, roundUp(ramEnd, 1L << 30));
        return new Mmio(
                Optional.of(CHIPSET_LOW),
                Optional.of(GpaRange.ofSize(high, HIGH_MMIO_SIZE)),
                Optional.of(GpaRange.ofSize(roundUp(high + HIGH_MMIO_SIZE, 1L << 30), VTL2_MMIO_SIZE)),
                Optional.empty());
    }

    private static long roundUp(long value, long alignment) {
        return value + alignment - 1 & -alignment;
    }
}
