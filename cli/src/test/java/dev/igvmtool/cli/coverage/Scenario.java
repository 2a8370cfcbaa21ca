package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.StructLayout;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.VmConfigBuilder;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * One boot of the catalogue, under one or more isolations: an image, a host, and what the events must do to the guest. The
 * image is the sample for the isolation, with other bytes where the scenario says so.
 */
final class Scenario {
    /** What the n-th read of a clock gives, so that times can be told apart. */
    static final CounterSequence REFERENCE_TIME = new CounterSequence(0x1_2345_6789L, 0x100);

    static final CounterSequence TSC = new CounterSequence(0x10_0000_0000L, 0x1_0000);

    /** EBX of CPUID 0x15: the TSC has 100 times 25 MHz. */
    static final int TSC_RATIO = 100;

    /** Processors of a boot where nothing else is said. */
    static final int VPS = 3;

    private static final long MAX_TURNS = 3_000_000;

    /** Something that happens to the guest's memory behind the back of its programs. */
    record Stray(String after, Consumer<Guest> act) {
        /** Before the first step. */
        static final String START = "";
    }

    private final String name;
    private final Set<Isolation> isolations;
    private final List<Function<Guest, Map<Long, Bytes>>> patches = new ArrayList<>();
    private final List<BiConsumer<VmConfigBuilder, Guest>> config = new ArrayList<>();
    private final List<Lie> lies = new ArrayList<>();
    private final List<Stray> strays = new ArrayList<>();
    private final List<Function<Isolation, List<Expectation>>> expectations = new ArrayList<>();
    private Optional<BiPredicate<Guest, ImportedRegion>> shared = Optional.empty();
    private int restarts;
    private Optional<String> until = Optional.of("S46");

    private Scenario(String name, Set<Isolation> isolations) {
        this.name = name;
        this.isolations = isolations;
    }

    static Scenario of(String name, Isolation first, Isolation... others) {
        return new Scenario(name, EnumSet.of(first, others));
    }

    static Scenario ofAll(String name) {
        return new Scenario(name, EnumSet.allOf(Isolation.class));
    }

    /** Other bytes in the image, by address; from the guest of the image as it is. */
    Scenario patch(Function<Guest, Map<Long, Bytes>> bytes) {
        patches.add(bytes);
        return this;
    }

    /** Another value of one of the shim's parameters. */
    Scenario param(String field, ToLongFunction<Guest> value) {
        StructLayout.Field place =
                ShimParams.CODEC.layout().orElseThrow().find(field).orElseThrow();
        return patch(guest -> Map.of(
                guest.paramsGpa() + place.offset(),
                new ByteWriter().u64(value.applyAsLong(guest)).toBytes().slice(0, place.sizeBytes())));
    }

    Scenario param(String field, long value) {
        return param(field, guest -> value);
    }

    /** Pages of the image that it loads as shared, and lists so. */
    Scenario shares(BiPredicate<Guest, ImportedRegion> which) {
        shared = Optional.of(which);
        return patch(guest -> SharedRegions.shared(guest, region -> which.test(guest, region)));
    }

    Scenario config(Consumer<VmConfigBuilder> change) {
        config.add((builder, guest) -> change.accept(builder));
        return this;
    }

    /** Another host, from the guest of the image as it is. */
    Scenario config(BiConsumer<VmConfigBuilder, Guest> change) {
        config.add(change);
        return this;
    }

    Scenario lies(Lie... told) {
        lies.addAll(List.of(told));
        return this;
    }

    /** The host merges device tree source into its tree. */
    Scenario tree(String source) {
        return lies(new Lie.TreeSource(source));
    }

    /** The lies of a plan of the catalogue of hostile hosts. */
    Scenario plan(String plan) {
        lies.addAll(Catalogue.find(plan).orElseThrow().lies());
        return this;
    }

    Scenario stray(String after, Consumer<Guest> act) {
        strays.add(new Stray(after, act));
        return this;
    }

    /** The boot is looked at up to an event. */
    Scenario until(String event) {
        until = Optional.of(event);
        return this;
    }

    /** The boot runs to its end. */
    Scenario toTheEnd() {
        until = Optional.empty();
        return this;
    }

    /** The boot runs to its end, with VTL2 replaced on the way. */
    Scenario restarts(int count) {
        restarts = count;
        return toTheEnd();
    }

    Scenario expect(Expectation... expected) {
        return expect(isolation -> List.of(expected));
    }

    Scenario expect(Function<Isolation, List<Expectation>> expected) {
        expectations.add(expected);
        return this;
    }

    /** The shim refuses at an event, and says why in its log. */
    Scenario refuses(String row, String event, String says) {
        return expect(
                isolation -> List.of(Refusal.expected(row, event, says, true, isolation == Isolation.NONE, isolation)));
    }

    /** The shim refuses before it has a log. */
    Scenario refusesInSilence(String row, String event, String says, boolean told) {
        return expect(isolation ->
                List.of(Refusal.expected(row, event, says, false, told && isolation == Isolation.NONE, isolation)));
    }

    String name() {
        return name;
    }

    Set<Isolation> isolations() {
        return isolations;
    }

    BootOptions options() {
        return new BootOptions(List.of(), until, MAX_TURNS, restarts, Optional.empty());
    }

    List<Stray> strays() {
        return List.copyOf(strays);
    }

    List<Expectation> expectations(Isolation isolation) {
        return expectations.stream().flatMap(it -> it.apply(isolation).stream()).toList();
    }

    private Map<Long, Bytes> patches(Guest pristine) {
        Map<Long, Bytes> all = new HashMap<>();
        patches.forEach(it -> all.putAll(it.apply(pristine)));
        return all;
    }

    /** The image of the boot. */
    IgvmFile image(IgvmFile sample, Isolation isolation, Guest pristine) {
        IgvmFile image = Images.patched(sample, isolation, patches(pristine));
        return shared.isPresent()
                ? Images.shared(
                        image,
                        isolation,
                        SharedRegions.of(pristine).regions().stream()
                                .filter(region -> shared.get().test(pristine, region))
                                .map(SharedRegions::range)
                                .toList())
                : image;
    }

    /** The host of a boot about which nothing else is said. */
    static VmConfigBuilder usualHost(Isolation isolation) {
        return VmConfig.builder()
                .vpCount(VPS)
                .isolation(isolation)
                .referenceTime(REFERENCE_TIME)
                .tsc(TSC)
                .tscRatioNumerator(TSC_RATIO);
    }

    VmConfig host(Isolation isolation, Guest pristine) {
        VmConfigBuilder builder = usualHost(isolation);
        config.forEach(it -> it.accept(builder, pristine));
        return builder.lies(lies).build();
    }
}
