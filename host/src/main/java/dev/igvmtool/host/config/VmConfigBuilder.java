package dev.igvmtool.host.config;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Collects the parts of a {@link VmConfig} that differ from the usual. */
public final class VmConfigBuilder {
    private static final int ENTROPY_BYTES = 64;
    private static final long PAGE = 4096;
    private static final long TWO_MIB = 2L << 20;
    private static final long FOUR_GIB = 4L << 30;
    private static final GpaRange CHIPSET_LOW = GpaRange.ofSize(0xf800_0000L, 0x800_0000L);
    private static final long HIGH_MMIO_SIZE = 0x2000_0000L;
    private static final long VTL2_MMIO_SIZE = 0x4000_0000L;
    private static final long HIGH_MMIO_START = 0xf_e000_0000L;

    private Isolation isolation = Isolation.NONE;
    private List<Processor> processors = List.of(new Processor(0, 0));
    private List<RamRange> ram = List.of(new RamRange(GpaRange.ofSize(0, 512L << 20), 0));
    private Vtl2Base vtl2Base = new Vtl2Base.File();
    private Optional<List<GpaRange>> vtl2ProtectableOverride = Optional.empty();
    private Optional<Mmio> mmio = Optional.empty();
    private Optional<ComPort> com = Optional.of(ComPort.COM3);
    private String commandLine = "";
    private boolean vmbusRedirect;
    private Optional<Bytes> entropy = Optional.empty();
    private HostTreeOptions hostTree = HostTreeOptions.OPENVMM;
    private Optional<Bytes> slit = Optional.empty();
    private Optional<Bytes> pptt = Optional.empty();
    private boolean x2apic = true;
    private int physicalAddressBits = 46;
    private boolean vtl0AliasMapAvailable = true;
    private int activeVtl = 2;
    private Optional<CounterSequence> referenceTime = Optional.empty();
    private Optional<CounterSequence> tsc = Optional.empty();
    private OptionalInt tscRatioNumerator = OptionalInt.empty();
    private long tdConfigFlags;
    private Map<Integer, Integer> vpIndexAnswers = Map.of();
    private boolean deviceTree = true;
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
        processors = value;
        return this;
    }

    public VmConfigBuilder ram(List<RamRange> value) {
        ram = value;
        return this;
    }

    /**
     * Processors with APIC ids equal to their indexes, and RAM around the hole below 4 GiB; both spread over the nodes in
     * equal runs, the last node taking what is left.
     *
     * @param vpCount at least 1
     * @param memoryBytes a multiple of 2 MiB for each node
     * @param nodeCount at least 1
     * @throws IllegalArgumentException if a node would have no processor or no memory
     */
    public VmConfigBuilder topology(int vpCount, long memoryBytes, int nodeCount) {
        if (nodeCount < 1 || vpCount < nodeCount || memoryBytes < nodeCount * TWO_MIB || memoryBytes % PAGE != 0) {
            throw new IllegalArgumentException(String.format(
                    "%d processors and 0x%x bytes of memory cannot be spread over %d nodes",
                    vpCount, memoryBytes, nodeCount));
        }
        int perNode = vpCount / nodeCount;
        processors = IntStream.range(0, vpCount)
                .mapToObj(index -> new Processor(index, Math.min(index / perNode, nodeCount - 1)))
                .toList();
        List<RamRange> ranges = new ArrayList<>();
        long share = memoryBytes / nodeCount / TWO_MIB * TWO_MIB;
        long next = 0;
        for (int node = 0; node < nodeCount; node++) {
            long left = node == nodeCount - 1 ? memoryBytes - share * (nodeCount - 1) : share;
            while (left > 0) {
                long room = next < CHIPSET_LOW.start() ? Math.min(left, CHIPSET_LOW.start() - next) : left;
                ranges.add(new RamRange(GpaRange.ofSize(next, room), node));
                left -= room;
                next = next + room == CHIPSET_LOW.start() ? FOUR_GIB : next + room;
            }
        }
        ram = ranges;
        return this;
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

    public VmConfigBuilder commandLine(String value) {
        commandLine = value;
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

    /** The configuration. Entropy and MMIO ranges that were not given follow from seed and RAM. */
    public VmConfig build() {
        return new VmConfig(
                isolation,
                processors,
                ram,
                vtl2Base,
                vtl2ProtectableOverride,
                mmio.orElseGet(this::usualMmio),
                com,
                commandLine,
                vmbusRedirect,
                entropy.orElseGet(this::seededEntropy),
                hostTree,
                slit,
                pptt,
                x2apic,
                physicalAddressBits,
                vtl0AliasMapAvailable,
                activeVtl,
                referenceTime,
                tsc,
                tscRatioNumerator,
                tdConfigFlags,
                vpIndexAnswers,
                deviceTree,
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

    /** The high ranges stand below 64 GiB and at it, or above all RAM if that reaches further. */
    private Mmio usualMmio() {
        long ramEnd = ram.stream().mapToLong(range -> range.range().end()).max().orElse(0);
        long high = Math.max(HIGH_MMIO_START, roundUp(ramEnd, 1L << 30));
        return new Mmio(
                Optional.of(CHIPSET_LOW),
                Optional.of(GpaRange.ofSize(high, HIGH_MMIO_SIZE)),
                Optional.of(GpaRange.ofSize(roundUp(high + HIGH_MMIO_SIZE, 1L << 30), VTL2_MMIO_SIZE)));
    }

    private static long roundUp(long value, long alignment) {
        return value + alignment - 1 & -alignment;
    }

    private Bytes seededEntropy() {
        byte[] bytes = new byte[ENTROPY_BYTES];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt();
        }
        return Bytes.wrap(bytes);
    }
}
