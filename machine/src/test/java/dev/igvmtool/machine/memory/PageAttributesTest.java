package dev.igvmtool.machine.memory;

import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageAttributesTest {
    private static final int ALL = 0xf;
    private static final long RAM_PAGES = TestMachines.RAM_BYTES / 4096;

    private static List<PageAttributes.Run> runs(Machine machine) {
        return machine.partition().memory().runs();
    }

    private static PageAttributes.Run run(long first, long end, PageState state, Integer... allowed) {
        return new PageAttributes.Run(first, end, new PageAttributes(state, List.of(allowed)));
    }

    @Test
    void untouchedMemoryIsOneRun() {
        assertEquals(
                List.of(run(0, RAM_PAGES, PageState.ACCEPTED, ALL, ALL, ALL)),
                runs(running(config().build(), program(1, Cpu::halt))));
    }

    @Test
    void hypercallsOfAVbsGuestShowAsRunsAndEvents() {
        Machine machine = running(
                config().isolation(Isolation.VBS).build(),
                program(
                        1,
                        TestMachines::enableHypercalls,
                        cpu -> TestMachines.setRegister(cpu, 0, RegisterName.VSM_PARTITION_CONFIG, 0x1f),
                        cpu -> hypercall(
                                cpu,
                                0x10_0000_00d9L,
                                new ByteWriter()
                                        .u64(-1)
                                        .u32(0x401)
                                        .u32(0)
                                        .u64(0x200)
                                        .toBytes()),
                        cpu -> hypercall(
                                cpu,
                                0x2_0000_00dbL,
                                new ByteWriter()
                                        .u64(-1)
                                        .u64(3)
                                        .u64(0x300)
                                        .u64(0x301)
                                        .toBytes()),
                        cpu -> hypercall(
                                cpu,
                                0x1_0000_000cL,
                                new ByteWriter().u64(-1).u64(1).u64(0x400).toBytes()),
                        Cpu::halt));
        machine.partition().memory().setPageState(0x200, 0x210, PageState.UNACCEPTED);
        List<MachineEvent> events = TestMachines.record(machine);
        machine.run(10);

        assertEquals(
                List.of(
                        run(0, 0x200, PageState.ACCEPTED, ALL, ALL, ALL),
                        run(0x200, 0x210, PageState.ACCEPTED, 0, 0, ALL),
                        run(0x210, 0x300, PageState.ACCEPTED, ALL, ALL, ALL),
                        run(0x300, 0x302, PageState.SHARED, ALL, ALL, ALL),
                        run(0x302, 0x400, PageState.ACCEPTED, ALL, ALL, ALL),
                        run(0x400, 0x401, PageState.ACCEPTED, 1, 1, ALL),
                        run(0x401, RAM_PAGES, PageState.ACCEPTED, ALL, ALL, ALL)),
                runs(machine));
        assertEquals(
                List.of(
                        new MachineEvent.PagesChanged(0, 2, "accept", 0x20_0000, 0x1_0000),
                        new MachineEvent.PagesChanged(0, 2, "share", 0x30_0000, 0x2000),
                        new MachineEvent.PagesChanged(0, 2, "protect vtl2 r---", 0x40_0000, 0x1000)),
                events.stream()
                        .filter(MachineEvent.PagesChanged.class::isInstance)
                        .toList());
    }
}
