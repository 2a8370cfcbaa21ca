package dev.igvmtool.machine;

import static dev.igvmtool.machine.TestMachines.C_BIT;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static dev.igvmtool.machine.TestMachines.writeGate;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.partition.Isolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests that do anything: slots, jumps, page tables, tables of descriptors, MSRs, timers and interrupts of all kinds. */
@Timeout(1200)
class HostileMachineTest {
    private static final int GUESTS = Integer.getInteger("guests", 400);
    private static final int TURNS = 300;

    /** Access mask, type and parameter of intercepts. */
    private static final long[][] INTERCEPTS = {
        {3, InterceptType.IO_PORT, 0x3f8},
        {3, InterceptType.IO_PORT_RANGE, 0xffff_0000L},
        {3, InterceptType.MSR, 0},
        {4, InterceptType.CPUID, 1},
        {4, InterceptType.EXCEPTION, 14},
        {4, InterceptType.EXCEPTION, 13},
        {4, InterceptType.HYPERCALL, 0},
        {4, InterceptType.UNKNOWN_SYNIC_CONNECTION, 0},
        {2, InterceptType.APIC_EOI, 0}
    };

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void guestsThatDoAnythingEndOrGoOn(Isolation isolation) {
        Set<Integer> vectors = new TreeSet<>();
        Set<String> kinds = new TreeSet<>();
        int steps = 0;
        for (int seed = 0; seed < GUESTS; seed++) {
            Machine machine =
                    machine(isolation, new RandomGuest(seed, codeOf(1), isolation == Isolation.SNP ? C_BIT : 0));
            machine.observe(event -> {
                kinds.add(event.getClass().getSimpleName());
                if (event instanceof MachineEvent.Fault fault) {
                    vectors.add(fault.vector());
                }
            });
            machine.run(TURNS);
            steps += (int) machine.turns();
        }
        System.err.println(isolation + " " + vectors + " " + kinds + " " + steps);
        assertTrue(steps > GUESTS * 30, "only " + steps + " steps were taken");
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whatHappensFollowsFromTheState(Isolation isolation) {
        for (int seed = 0; seed < GUESTS / 4; seed++) {
            RandomGuest guest = new RandomGuest(seed, codeOf(1), isolation == Isolation.SNP ? C_BIT : 0);
            Machine machine = machine(isolation, guest);
            machine.run(40);
            Snapshot middle = machine.snapshot();
            guest.restart(-seed);
            List<MachineEvent> first = events(machine);
            machine.restore(middle);
            guest.restart(-seed);

            assertEquals(first, events(machine), "guest " + seed);
        }
    }

    /** Three VPs in the highest VTL; all exceptions and interrupts lead back into the program. */
    private static Machine machine(Isolation isolation, RandomGuest guest) {
        Machine machine = running(config().isolation(isolation).vpCount(3).build(), program(1, guest.steps()));
        if (isolation == Isolation.SNP) {
            TestMachines.mapAllAsPrivate(machine.physicalMemory());
        }
        int vtl = machine.vp(0).vtl();
        leadBack(machine, codeOf(1));
        for (int i = 1; i < 3; i++) {
            machine.vp(i).enableVtl(vtl);
            machine.vp(i).start(vtl, contextAt(codeOf(1) + (long) i * Slot.SIZE), 0);
        }
        return machine;
    }

    private static void leadBack(Machine machine, long code) {
        for (int vector = 0; vector < 256; vector++) {
            int step = vector % (RandomGuest.STEPS - 1);
            writeGate(machine.physicalMemory(), vector, code + (long) step * Slot.SIZE, 0x8e);
        }
    }

    /** A guest in VTL0, whose VTL2 goes on after each of its messages, and changes what the guest may do. */
    @Test
    void guestsThatDoAnythingBelowAVtl2EndOrGoOn() {
        Set<Integer> messages = new TreeSet<>();
        for (int seed = 0; seed < GUESTS; seed++) {
            RandomGuest guest = new RandomGuest(seed, codeOf(2), 0);
            Random random = new Random(seed);
            TwoVtls vtls = new TwoVtls(
                    config().build(),
                    cpu -> changeRules(cpu, random),
                    cpu -> {
                        if (new VpAssistPage(cpu.memory(), TwoVtls.ASSIST).entryReason() == 3) {
                            TwoVtls.skipStep(cpu);
                        }
                        changeRules(cpu, random);
                    },
                    guest.steps());
            leadBack(vtls.machine, codeOf(2));
            vtls.machine.run(TURNS);
            vtls.messages.forEach(message -> messages.add(message.type()));
        }
        System.err.println(messages.stream().map(Integer::toHexString).toList());
    }

    /** Intercepts of one kind; pages that the guest may reach in some ways only. */
    private static void changeRules(Cpu cpu, Random random) {
        ByteWriter input = new ByteWriter().u64(-1);
        if (random.nextBoolean()) {
            long[] intercept = INTERCEPTS[random.nextInt(INTERCEPTS.length)];
            input.u32(intercept[0]).u32(intercept[1]).u64(intercept[2]);
            hypercall(cpu, HypercallCode.INSTALL_INTERCEPT.code(), input.toBytes());
        } else {
            long[] pages = {0x1, 0x2, 0x3, 0x8, 0x9, 0x1f, 0x30, 0x31, 0x32, 0x102, 0xfff, 0xfee00};
            input.u32(random.nextInt(16)).u32(0).u64(pages[random.nextInt(pages.length)]);
            hypercall(cpu, HypercallCode.MODIFY_VTL_PROTECTION_MASK.code() | 1L << 32, input.toBytes());
        }
    }

    private static List<MachineEvent> events(Machine machine) {
        List<MachineEvent> events = new ArrayList<>();
        machine.observe(events::add);
        machine.run(TURNS / 2);
        machine.observe(null);
        return events;
    }
}
