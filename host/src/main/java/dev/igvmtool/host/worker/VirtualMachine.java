package dev.igvmtool.host.worker;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.get.GetChannel;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.PersistedState;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.hostile.LyingHost;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.host.loader.LoadException;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.host.loader.PageImport;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.bus.Clock;
import dev.igvmtool.machine.bus.CountingClock;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.bus.StepClock;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.VpTopology;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A virtual machine with its image loaded, ready for the first step of the boot processor.
 *
 * @param machine the hardware
 * @param plan what the loader decided
 * @param vtl2Console serial port of the configuration, if there is one
 * @param guestConsole COM1, which VTL0 prints on
 * @param channel the host's end of the channel to VTL2, where there is one
 */
public record VirtualMachine(
        Machine machine, LoadPlan plan, Optional<Serial> vtl2Console, Serial guestConsole, Optional<GetPort> channel) {
    private static final CounterSequence DEFAULT_REFERENCE = new CounterSequence(0, 10);
    private static final CounterSequence DEFAULT_TSC = new CounterSequence(0, 2000);

    /**
     * Loads an image.
     *
     * @param programs that may stand in its slots
     * @param sink takes the events, those of loading too
     * @throws dev.igvmtool.abi.binary.FormatException if the image contradicts itself
     * @throws LoadException if image and configuration do not suit each other
     */
    public static VirtualMachine load(IgvmFile file, VmConfig config, Programs programs, Optional<EventSink> sink) {
        LoadPlan plan = IgvmLoader.plan(file, config);
        LyingHost host = new LyingHost(config.lies(), plan);
        Machine machine = new Machine(partitionConfig(config, plan, host), programs);
        sink.ifPresent(machine::observe);
        host.observe(machine.partition()::emit);
        Serial guestConsole = new Serial(Serial.COM1);
        machine.ports().add(guestConsole);
        Optional<Serial> vtl2Console = config.com().map(ComPort::port).map(port -> {
            if (port == Serial.COM1) {
                return guestConsole;
            }
            Serial serial = new Serial(port);
            machine.ports().add(serial);
            return serial;
        });
        plan.steps().forEach(step -> HostSteps.emit(machine, step));
        importPages(plan, machine.physicalMemory());
        LaunchedPages.apply(plan, machine.partition().memory());
        config.persistedState().ifPresent(state -> importState(state, plan, machine.physicalMemory()));
        if (config.corruptInitrd()) {
            InitrdDamage.flipBit(plan, machine.physicalMemory());
        }
        BootProcessor.start(machine.vp(0), plan);
        SnpFirmware.launch(plan, machine, plan.vtl(), config.seed());
        return new VirtualMachine(machine, plan, vtl2Console, guestConsole, channel(machine, config, plan));
    }

    /** A guest that does not trust its host has no servicing, the only use of the channel here. */
    private static Optional<GetPort> channel(Machine machine, VmConfig config, LoadPlan plan) {
        if (config.isolation() != Isolation.NONE || plan.vtl() == 0) {
            return Optional.empty();
        }
        GetPort port = new GetPort(machine.vp(0));
        machine.partition().connections().connect(GetChannel.CONNECTION, port);
        return Optional.of(port);
    }

    /**
     * Loads VTL2 anew, under a VTL0 that stays, and lets it start.
     *
     * @param file another image, or the same
     * @return this VM with what has been decided now
     * @throws dev.igvmtool.abi.binary.FormatException if the image contradicts itself
     * @throws LoadException if image and configuration do not suit each other, or the image does not suit the VM
     */
    public VirtualMachine reloadVtl2(IgvmFile file, VmConfig config) {
        LoadPlan reloaded = Vtl2Reload.reload(machine, plan, file, config);
        channel.ifPresent(GetPort::restart);
        return new VirtualMachine(machine, reloaded, vtl2Console, guestConsole, channel);
    }

    private static PartitionConfig partitionConfig(VmConfig config, LoadPlan plan, HostConduct conduct) {
        return PartitionConfig.builder()
                .architecture(plan.architecture())
                .vps(config.processors().stream()
                        .map(processor -> new VpTopology(processor.apicId(), processor.node()))
                        .toList())
                .ram(plan.ram().stream().map(RamRange::range).toList())
                .isolation(config.isolation())
                .highestVtl(Math.max(plan.vtl(), config.activeVtl()))
                .activeVtlAnswer(
                        config.activeVtl() < plan.vtl() ? OptionalInt.of(config.activeVtl()) : OptionalInt.empty())
                .physicalAddressBits(config.physicalAddressBits())
                .x2apic(config.x2apic())
                .vtl0AliasMapAvailable(config.vtl0AliasMapAvailable())
                .vsmCapability(VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, config.interceptPageAvailable())
                .vsmCapability(VsmCapabilities.RETURN_ACTION_AVAILABLE, config.returnActionsAvailable())
                .tscRatioNumerator(config.tscRatioNumerator().orElse(0))
                .tdConfigFlags(config.tdConfigFlags())
                .vpIndexAnswers(config.vpIndexAnswers())
                .clock(clock(config))
                .conduct(config.lies().isEmpty() ? HostConduct.HONEST : conduct)
                .build();
    }

    private static Clock clock(VmConfig config) {
        if (config.referenceTime().isEmpty() && config.tsc().isEmpty()) {
            return StepClock.DEFAULT;
        }
        return new CountingClock(
                sequence(config.referenceTime().orElse(DEFAULT_REFERENCE)),
                sequence(config.tsc().orElse(DEFAULT_TSC)));
    }

    private static CountingClock.Sequence sequence(CounterSequence sequence) {
        return new CountingClock.Sequence(sequence.first(), sequence.step());
    }

    private static void importPages(LoadPlan plan, PhysicalMemory memory) {
        for (PageImport pages : plan.imports()) {
            // Memory starts out as zeros; what is not content need not be written.
            memory.map(pages.gpa(), pages.content());
        }
    }

    private static void importState(PersistedState state, LoadPlan plan, PhysicalMemory memory) {
        long base = plan.vtl2Base()
                .orElseThrow(() -> new LoadException("persisted state is given, but the image has no VTL2 memory"));
        place(state.header(), base, memory);
        place(state.payload(), base + PhysicalMemory.PAGE_SIZE, memory);
    }

    private static void place(Bytes content, long gpa, PhysicalMemory memory) {
        if (!content.isEmpty() && !(memory.isRam(gpa) && memory.isRam(gpa + content.size() - 1))) {
            throw new LoadException(
                    String.format("persisted state of 0x%x bytes at 0x%x is not in RAM", content.size(), gpa));
        }
        memory.writeBytes(gpa, content);
    }
}
