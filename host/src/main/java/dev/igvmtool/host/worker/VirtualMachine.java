package dev.igvmtool.host.worker;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.PersistedState;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.hostile.LyingHost;
import dev.igvmtool.host.loader.HostStep;
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
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.HostConduct;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.VpTopology;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A virtual machine with its image loaded, ready for the first step of the boot processor.
 *
 * @param machine the hardware
 * @param plan what the loader decided
 * @param vtl2Console serial port of the configuration, if there is one
 * @param guestConsole COM1, which VTL0 prints on
 */
public record VirtualMachine(Machine machine, LoadPlan plan, Optional<Serial> vtl2Console, Serial guestConsole) {
    private static final CounterSequence DEFAULT_REFERENCE = new CounterSequence(0, 10);
    private static final CounterSequence DEFAULT_TSC = new CounterSequence(0, 2000);
    private static final int HOST = -1;

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
        for (HostStep step : plan.steps()) {
            if (machine.partition().observed()) {
                machine.partition().emit(new MachineEvent.HostStep(step.id(), step.step(), step.detail()));
            }
        }
        importPages(plan, machine.physicalMemory());
        LaunchedPages.apply(plan, machine.partition().memory());
        config.persistedState().ifPresent(state -> importState(state, plan, machine.physicalMemory()));
        if (config.corruptInitrd()) {
            InitrdDamage.flipBit(plan, machine.physicalMemory());
        }
        startBootProcessor(machine.vp(0), plan, plan.vtl());
        SnpFirmware.launch(plan, machine, plan.vtl(), config.seed());
        return new VirtualMachine(machine, plan, vtl2Console, guestConsole);
    }

    private static PartitionConfig partitionConfig(VmConfig config, LoadPlan plan, HostConduct conduct) {
        return PartitionConfig.builder()
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

    private static void startBootProcessor(Vp vp, LoadPlan plan, int vtl) {
        if (vtl != 0) {
            vp.enableVtl(vtl);
        }
        for (VbsRegister register : plan.registers()) {
            RegisterValue value = RegisterValue.CODEC.read(register.value());
            if (VpRegisters.set(vp, vtl, register.name(), value) != HvStatus.SUCCESS) {
                throw new LoadException(String.format(
                        "register 0x%08x of the VP context cannot be set to 0x%x", register.name(), register.u64()));
            }
        }
        vp.start(vtl, HOST);
    }
}
