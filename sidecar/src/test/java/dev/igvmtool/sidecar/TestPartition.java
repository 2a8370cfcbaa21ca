package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarNodeRecord;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * A partition in which a caller stands ready to call the sidecar on VP 0, on an identity map of the first gigabyte. The
 * image of the sidecar has noise where its data is, as an image has over whose entry the steps were laid.
 */
final class TestPartition {
    static final long CALLER = 0x10_0000;
    static final long SIDECAR = 0x20_0000;
    static final long PARAMETERS = 0x40_0000;
    static final long OUTPUT = 0x40_1000;
    static final long HYPERCALL_PAGE = 0x40_2000;
    static final long TABLES = 0x42_0000;
    static final long GUEST = 0x50_0000;
    static final long GUEST_HYPERCALL_PAGE = 0x51_0000;
    static final long NODES = 0x60_0000;
    static final long RAM_BYTES = 0x400_0000;
    private static final int MAX_TURNS = 200_000;

    private final Partition partition;
    private final List<MachineEvent> events = new ArrayList<>();
    private final SidecarParams parameters;
    private int rounds;

    TestPartition(int vpCount, SidecarParams parameters) {
        this.parameters = parameters;
        PartitionConfig config =
                PartitionConfig.builder().vpCount(vpCount).ram(ram(parameters)).build();
        partition =
                new Partition(config, new Programs(List.of(new CallerProgram(), new Sidecar(), new GuestProgram())));
        byte[] noise = new byte[(int) SidecarPlacement.REFERENCE_END];
        new Random(1).nextBytes(noise);
        memory().writeBytes(SIDECAR, Bytes.wrap(noise));
        layOut(new CallerProgram(), CALLER);
        layOut(new Sidecar(), SIDECAR);
        layOut(new GuestProgram(), GUEST);
        memory().writeU64(TABLES, TABLES + 0x1003);
        memory().writeU64(TABLES + 0x1000, 0x83);
        memory().write(SidecarParams.CODEC, PARAMETERS, parameters);
        partition.setGuestOsId(2, 1L << 40);
        partition.setHypercallPage(2, HYPERCALL_PAGE | 1);
        partition.setGuestOsId(0, 1L << 40);
        partition.setHypercallPage(0, GUEST_HYPERCALL_PAGE | 1);
        partition.vp(0).enableVtl(2, callerContext());
        partition.vp(0).start(2, 0);
        partition.setSink(events::add);
    }

    /** Nodes of equal size, one after the other, with memory in the same order. */
    static SidecarParams nodes(int nodeCount, int vpsPerNode) {
        List<SidecarNodeRecord> nodes = new ArrayList<>();
        long size = SidecarLimits.nodeBytes(vpsPerNode);
        for (int i = 0; i < nodeCount; i++) {
            nodes.add(new SidecarNodeRecord(NODES + i * size, size, (long) i * vpsPerNode, vpsPerNode));
        }
        return new SidecarParams(HYPERCALL_PAGE, false, nodes);
    }

    /** Low memory, and that of nodes above it. */
    private static List<GpaRange> ram(SidecarParams parameters) {
        List<GpaRange> ram = new ArrayList<>();
        ram.add(new GpaRange(0, RAM_BYTES));
        for (SidecarNodeRecord node : parameters.nodes()) {
            if (node.memoryBase() >= RAM_BYTES) {
                ram.add(GpaRange.ofSize(node.memoryBase(), node.memorySize()));
            }
        }
        return ram;
    }

    private void layOut(Program program, long base) {
        memory().writeBytes(base + program.layout().entryOffset(), StageImage.slots(program));
    }

    private InitialVpContext callerContext() {
        InitialVpContext shape =
                StartContext.of(new Statics(memory(), AddressSpace.BASE, SidecarPlacement.REFERENCE), CALLER, TABLES);
        return new InitialVpContext(
                CALLER,
                CallerProgram.STACK_TOP,
                shape.rflags(),
                shape.cs(),
                shape.ds(),
                shape.es(),
                shape.fs(),
                shape.gs(),
                shape.ss(),
                shape.tr(),
                SegmentValue.NULL,
                new TableValue(0, 0),
                new TableValue(0, 0),
                shape.efer(),
                shape.cr0(),
                TABLES,
                shape.cr4(),
                shape.pat());
    }

    Partition partition() {
        return partition;
    }

    PhysicalMemory memory() {
        return partition.physical();
    }

    /** How often every VP that could run has had a turn. */
    int rounds() {
        return rounds;
    }

    /** Everything that has happened, in order. */
    List<MachineEvent> events() {
        return events;
    }

    /** Calls the sidecar and lets everything run until the caller has its answer; true if AL was. */
    boolean start() {
        runUntil(() -> memory().readU64(CallerProgram.RESULT) != 0);
        assertEquals(1, memory().readU64(CallerProgram.RESULT + 8), "registers of the caller are kept");
        return memory().readU64(CallerProgram.RESULT) == 2;
    }

    SidecarOutput output() {
        return memory().read(SidecarOutput.CODEC, OUTPUT);
    }

    ControlPage controlPage(int node) {
        return new ControlPage(memory(), output().nodes().get(node).controlPage());
    }

    CommandPage commandPage(int vp) {
        for (SidecarNodeRecord node : parameters.nodes()) {
            if (vp >= node.baseVp() && vp < node.baseVp() + node.vpCount()) {
                return new CommandPage(memory(), node.memoryBase() + 0x1000 + (vp - node.baseVp()) * 0x2000);
            }
        }
        throw new IllegalArgumentException("VP " + vp + " is in no node");
    }

    /** Does what driver and client do: hands a command over and waits until the VP is idle again. */
    CommandPage run(int vp, SidecarCommand command) {
        begin(vp, command);
        runUntil(() -> status(vp) == CpuStatus.IDLE);
        return commandPage(vp);
    }

    /** Hands a command over. */
    void begin(int vp, SidecarCommand command) {
        commandPage(vp).setCommand(command);
        setStatus(vp, CpuStatus.RUN);
    }

    /** Changes a status and wakes the VP. */
    void setStatus(int vp, CpuStatus status) {
        ControlPage control = controlPage(nodeOf(vp));
        control.setStatus(vp - control.baseCpu(), status);
        partition.vp(vp).requestInterrupt(2, (int) control.requestVector());
    }

    CpuStatus status(int vp) {
        ControlPage control = controlPage(nodeOf(vp));
        return control.status(vp - control.baseCpu()).orElseThrow();
    }

    private int nodeOf(int vp) {
        for (int i = 0; i < parameters.nodes().size(); i++) {
            SidecarNodeRecord node = parameters.nodes().get(i);
            if (vp >= node.baseVp() && vp < node.baseVp() + node.vpCount()) {
                return i;
            }
        }
        throw new IllegalArgumentException("VP " + vp + " is in no node");
    }

    /** Runs all VPs, one turn each, until something holds. */
    void runUntil(BooleanSupplier condition) {
        for (int turns = 0; !condition.getAsBoolean(); ) {
            boolean any = false;
            rounds++;
            for (Vp vp : partition.vps()) {
                if (vp.canTakeTurn()) {
                    vp.turn();
                    any = true;
                    turns++;
                    if (condition.getAsBoolean()) {
                        return;
                    }
                }
            }
            assertTrue(any, () -> "nothing can run: " + stopReasons());
            assertTrue(turns < MAX_TURNS, "ran too long");
        }
    }

    /** Runs all VPs until none can. */
    void settle() {
        boolean any = true;
        for (int turns = 0; any; ) {
            any = false;
            for (Vp vp : partition.vps()) {
                if (vp.canTakeTurn()) {
                    vp.turn();
                    any = true;
                    turns++;
                }
            }
            assertTrue(turns < MAX_TURNS, "ran too long");
        }
    }

    /** Reasons of VPs that have stopped. */
    List<String> stopReasons() {
        return partition.vps().stream()
                .filter(vp -> vp.runState() == RunState.STOPPED)
                .map(vp -> "VP " + vp.index() + ": " + vp.stopReason())
                .toList();
    }

    /** Timeline ids of the steps that a VP has run, in order. */
    List<String> timeline(int vp) {
        List<String> ids = new ArrayList<>();
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.StepRetired step && step.vp() == vp) {
                step.timelineId().ifPresent(ids::add);
            }
        }
        return ids;
    }

    /** Numbers and values of the MSRs that a VP has written, in order. */
    List<MachineEvent.MsrWrite> msrWrites(int vp) {
        List<MachineEvent.MsrWrite> writes = new ArrayList<>();
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.MsrWrite write && write.vp() == vp) {
                writes.add(write);
            }
        }
        return writes;
    }
}
