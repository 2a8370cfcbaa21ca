package dev.igvmtool.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.PageTableEntry;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.guest.ImageLayout;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.partition.VpTopology;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The guest alone in VTL0, ports answered by the host. */
class GuestStubTest {
    private static final long RAM = 64 << 20;
    private static final long ZERO_PAGE = 0x2000;
    private static final long COMMAND_LINE = 0x3000;
    private static final long PML4 = 0x4000;
    private static final long PDPT = 0x5000;

    @Test
    void printsOneLineAndHalts() {
        Machine machine = machine(1, "quiet");
        Serial com1 = new Serial(Serial.COM1);
        machine.ports().add(com1);
        assertEquals(StopReason.IDLE, machine.run(10_000));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
        assertEquals(
                "guest: hello from VTL0, 64 MiB of RAM, command line \"quiet\"\r\n",
                com1.text().toUtf8());
    }

    @Test
    void otherProcessorsPrintOneAfterTheOtherIfAskedTo() {
        for (String commandLine : List.of("smp", "quiet smp", "smpx")) {
            Machine machine = machine(3, commandLine);
            Serial com1 = new Serial(Serial.COM1);
            machine.ports().add(com1);
            assertEquals(StopReason.IDLE, machine.run(10_000));
            String others = commandLine.equals("smpx") ? "" : "guest: processor 1 runs\r\nguest: processor 2 runs\r\n";
            assertEquals(
                    "guest: hello from VTL0, 64 MiB of RAM, command line \"" + commandLine + "\"\r\n" + others,
                    com1.text().toUtf8());
            assertEquals(
                    others.isEmpty() ? RunState.WAITING_FOR_START : RunState.HALTED,
                    machine.vp(2).runState());
        }
    }

    private static Machine machine(int processors, String commandLine) {
        GuestStub guest = new GuestStub();
        Machine machine = new Machine(
                PartitionConfig.builder()
                        .highestVtl(0)
                        .vps(IntStream.range(0, processors)
                                .mapToObj(i -> new VpTopology(i, 0))
                                .toList())
                        .ram(List.of(new GpaRange(0, RAM)))
                        .build(),
                new Programs(List.of(guest)));
        ImageLayout layout = guest.layout();
        long entry = layout.linkAddress() + layout.entryOffset();
        for (int i = 0; i < guest.steps().size(); i++) {
            machine.physicalMemory().writeBytes(entry + (long) i * Slot.SIZE, new Slot(guest.number(), i).encode());
        }
        BootParams params = BootParams.builder()
                .headerMagic(0)
                .cmdLinePtr(COMMAND_LINE)
                .e820(List.of(new E820Entry(0, RAM, E820Entry.RAM)))
                .build();
        machine.physicalMemory().write(BootParams.CODEC, ZERO_PAGE, params);
        machine.physicalMemory().writeBytes(COMMAND_LINE, Bytes.utf8(commandLine + "\0"));
        machine.physicalMemory().writeU64(PML4, PDPT | PageTableEntry.PRESENT | PageTableEntry.WRITABLE);
        machine.physicalMemory()
                .writeU64(PDPT, PageTableEntry.PRESENT | PageTableEntry.WRITABLE | PageTableEntry.LARGE);
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 8, 0xa09b);
        set(machine, RegisterName.ES + SegmentRegister.CS.ordinal(), RegisterValue.of(code));
        set(machine, RegisterName.CR3, RegisterValue.of(PML4));
        set(machine, RegisterName.CR4, RegisterValue.of(0x20));
        set(machine, RegisterName.CR0, RegisterValue.of(0x8000_0001L));
        set(machine, RegisterName.EFER, RegisterValue.of(0xd00));
        set(machine, RegisterName.RIP, RegisterValue.of(entry));
        set(machine, RegisterName.RAX + Gpr.RSI.ordinal(), RegisterValue.of(ZERO_PAGE));
        machine.vp(0).start(0, 0);
        return machine;
    }

    private static void set(Machine machine, int name, RegisterValue value) {
        assertEquals(0, VpRegisters.set(machine.vp(0), 0, name, value));
    }
}
