package dev.igvmtool.machine.partition;

import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.bus.CpuidTable;
import dev.igvmtool.machine.bus.PortBus;
import dev.igvmtool.machine.event.EventSink;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.machine.hypercall.HypercallPage;
import dev.igvmtool.machine.hypercall.Hypercalls;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.synic.Connections;
import dev.igvmtool.machine.synic.Timers;
import dev.igvmtool.machine.vp.Code;
import dev.igvmtool.machine.vp.InterruptRouter;
import dev.igvmtool.machine.vp.TdxMailbox;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One partition of the hypervisor: memory, VPs, and what they share. */
public final class Partition {
    private static final long PAGE_ENABLED = 1;
    private static final int PAGE_SHIFT = 12;

    /** Partition id of the one guest. */
    public static final long ID = 2;

    private final PartitionConfig config;
    private final PhysicalMemory physical;
    private final PartitionMemory memory;
    private final PartitionState state;
    private final PartitionTime time;
    private final CpuidTable cpuid;
    private final PortBus ports = new PortBus();
    private final Hypercalls hypercalls;
    private final Connections connections = new Connections(this);
    private final DeviceInterrupts deviceInterrupts = new DeviceInterrupts(this);
    private final InterruptRouter interrupts = new InterruptRouter(this);
    private final Timers timers = new Timers(this);
    private final int addressBits;
    private final TdxMailbox mailbox = new TdxMailbox(this);
    private final Programs programs;
    private final List<Vp> vps = new ArrayList<>();
    private final Map<Integer, Integer> vpByApicId = new HashMap<>();
    private final BitSet mayRun = new BitSet();
    private @Nullable EventSink sink;
    private @Nullable Code machineCode;

    public Partition(PartitionConfig config, Programs programs) {
        this.config = config;
        this.addressBits = config.addressBits();
        this.time = new PartitionTime(config.clock());
        this.programs = programs;
        this.hypercalls = Hypercalls.of(config.architecture());
        int vtls = config.highestVtl() + 1;
        physical = new PhysicalMemory(config.ram());
        memory = new PartitionMemory(physical, vtls, config.isolation().encryption());
        state = new PartitionState(vtls, 1 | 1 << config.highestVtl());
        cpuid = new CpuidTable(
                new CpuidTable.Features(
                        config.x2apic(),
                        config.physicalAddressBits(),
                        config.privileges(),
                        config.isolation().cpuidType(),
                        config.vps().size(),
                        config.tscRatioNumerator()),
                config.cpuidOverrides());
        for (int i = 0; i < config.vps().size(); i++) {
            vps.add(new Vp(this, i, config.vps().get(i).apicId()));
            vpByApicId.put(config.vps().get(i).apicId(), i);
        }
    }

    public PartitionConfig config() {
        return config;
    }

    /** See {@link PartitionConfig#addressBits}. */
    public int addressBits() {
        return addressBits;
    }

    /** What kind of processors it has. */
    public Architecture architecture() {
        return config.architecture();
    }

    /** RAM, below all protections: the host's view. */
    public PhysicalMemory physical() {
        return physical;
    }

    /** RAM as the VTLs see it. */
    public PartitionMemory memory() {
        return memory;
    }

    public PartitionState state() {
        return state;
    }

    public CpuidTable cpuid() {
        return cpuid;
    }

    /** Ports that the host answers. */
    public PortBus ports() {
        return ports;
    }

    /** Connections by which programs post messages and signal events. */
    public Connections connections() {
        return connections;
    }

    /** Interrupts of devices that the host has given to the partition. */
    public DeviceInterrupts deviceInterrupts() {
        return deviceInterrupts;
    }

    /** What takes interrupts to VPs. */
    public InterruptRouter interrupts() {
        return interrupts;
    }

    /** Timers of all VPs. */
    public Timers timers() {
        return timers;
    }

    /** Where the processors of a TD wait to be called. */
    public TdxMailbox mailbox() {
        return mailbox;
    }

    /** Steps retired, and the counters that grow with them. */
    public PartitionTime time() {
        return time;
    }

    /** True if local APICs are in x2APIC mode from the start: nobody could be trusted to emulate their page. */
    public boolean startsInX2apic() {
        return config.x2apic() && memory.encryption().hardware();
    }

    /** How the host does its part. */
    public HostConduct conduct() {
        return config.conduct();
    }

    public Hypercalls hypercalls() {
        return hypercalls;
    }

    public Programs programs() {
        return programs;
    }

    /** All VPs, by index. */
    public List<Vp> vps() {
        return Collections.unmodifiableList(vps);
    }

    /** Number of VPs. */
    public int vpCount() {
        return vps.size();
    }

    /** A VP by its index. */
    public Vp vp(int index) {
        return vps.get(index);
    }

    /** Index of the VP with an x2APIC id, on AArch64 an MPIDR. */
    public OptionalInt vpWithApicId(int apicId) {
        Integer index = vpByApicId.get(apicId);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** The highest VTL that is enabled for the partition. */
    public int highestEnabledVtl() {
        return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(state.enabledVtls());
    }

    /** Number of VTLs that the partition can have. */
    public int vtlCount() {
        return config.highestVtl() + 1;
    }

    /** What executes machine code, if anything does. */
    public Optional<Code> machineCode() {
        return Optional.ofNullable(machineCode);
    }

    /** Installs an interpreter of machine code. */
    public void setMachineCode(Code code) {
        machineCode = code;
    }

    /** True if somebody watches; events need not be made otherwise. */
    public boolean observed() {
        return sink != null;
    }

    /** Sends an event to the sink, if there is one. */
    public void emit(MachineEvent event) {
        if (sink != null) {
            sink.event(event);
        }
    }

    /** Sends events to {@code newSink} from now on, or to nobody. */
    public void setSink(@Nullable EventSink newSink) {
        sink = newSink;
        for (Vp vp : vps) {
            vp.observe(newSink != null);
        }
    }

    /** VPs that may be able to take a turn: all that are, and perhaps some that are not. */
    public BitSet mayRun() {
        return mayRun;
    }

    /**
     * The VTL to which an access of a lower VTL goes instead.
     *
     * @param type an intercept type of {@link InterceptType}
     * @param access one bit of its access mask
     * @param parameter the port for I/O ports, otherwise 0
     */
    public OptionalInt interceptor(int vtl, int type, int access, int parameter) {
        for (PartitionState.InstalledIntercept intercept : state.intercepts) {
            if (intercept.vtl() > vtl && (intercept.access() & access) != 0 && covers(intercept, type, parameter)) {
                return OptionalInt.of(intercept.vtl());
            }
        }
        return OptionalInt.empty();
    }

    /** True if some VTL above {@code vtl} has installed an intercept or is configured to get some. */
    public boolean mayIntercept(int vtl) {
        for (int higher = vtl + 1; higher < vtlCount(); higher++) {
            if (state.vsmPartitionConfig[higher] != 0) {
                return true;
            }
        }
        return !state.intercepts.isEmpty();
    }

    /** The VTL above {@code vtl} whose VsmPartitionConfig has a bit set. */
    public OptionalInt configuredInterceptor(int vtl, long bit) {
        for (int higher = vtl + 1; higher < vtlCount(); higher++) {
            if ((state.vsmPartitionConfig[higher] & bit) != 0) {
                return OptionalInt.of(higher);
            }
        }
        return OptionalInt.empty();
    }

    private static boolean covers(PartitionState.InstalledIntercept intercept, int type, int parameter) {
        if (type == InterceptType.IO_PORT && intercept.type() == InterceptType.IO_PORT_RANGE) {
            int first = (int) intercept.parameter() & 0xffff;
            int last = (int) (intercept.parameter() >>> 16) & 0xffff;
            return parameter >= first && parameter <= last;
        }
        boolean anyParameter = type == InterceptType.MSR || type == InterceptType.HYPERCALL;
        return intercept.type() == type && (anyParameter || intercept.parameter() == parameter);
    }

    /**
     * Takes a VTL away from all VPs, with all that it told the hypervisor about itself; its memory stays as it is, and so do
     * the protections and intercepts that it put on the VTLs below. VPs do not run until they are started again. What the host
     * does to a paravisor that it replaces.
     */
    public void withdrawVtl(int vtl) {
        setGuestOsId(vtl, 0);
        state.withdrawVtl(vtl);
        vps.forEach(vp -> vp.withdrawVtl(vtl));
        timers.lookAtAll();
    }

    /** Sets the guest OS id of a VTL; 0 takes the hypercall page away. */
    public void setGuestOsId(int vtl, long value) {
        state.guestOsId[vtl] = value;
        if (value == 0) {
            setHypercallPage(vtl, state.hypercallPage[vtl] & ~HypercallPage.ENABLED);
        }
    }

    /** Sets the hypercall page register of a VTL; without a guest OS id the page stays disabled. */
    public void setHypercallPage(int vtl, long value) {
        long former = state.hypercallPage[vtl];
        long wanted = state.guestOsId[vtl] == 0 ? value & ~HypercallPage.ENABLED : value;
        if ((former & HypercallPage.ENABLED) != 0) {
            memory.removeOverlay(vtl, former >>> 12);
        }
        if ((wanted & HypercallPage.ENABLED) != 0) {
            memory.setOverlay(vtl, wanted >>> 12, HypercallPage.CONTENT);
        }
        state.hypercallPage[vtl] = wanted;
    }

    /** Sets the reference TSC register of a VTL: bit 0 lays the page over guest memory. */
    public void setReferenceTsc(int vtl, long value) {
        long former = state.referenceTsc[vtl];
        if ((former & PAGE_ENABLED) != 0) {
            memory.removeOverlay(vtl, former >>> PAGE_SHIFT);
        }
        if ((value & PAGE_ENABLED) != 0) {
            memory.setOverlay(vtl, value >>> PAGE_SHIFT, ReferenceTscPage.content(time, state.tscSequence));
        }
        state.referenceTsc[vtl] = value;
    }

    /** Sets the counters, as after a restore on another host; pages that tell how to compute them say so. */
    public void restoreTime(long referenceTime, long timeStampCounter, int tscSequence) {
        time.set(referenceTime, timeStampCounter);
        state.tscSequence = tscSequence;
        for (int vtl = 0; vtl < vtlCount(); vtl++) {
            setReferenceTsc(vtl, state.referenceTsc[vtl]);
        }
    }
}
