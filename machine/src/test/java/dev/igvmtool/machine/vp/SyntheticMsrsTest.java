package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.HvPrivilege;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.bus.CountingClock;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.partition.PartitionConfig;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntheticMsrsTest {
    private final Machine machine = running(config().vpCount(2).build(), program(1, Cpu::halt));
    private final Cpu cpu = machine.vp(0).cpu();

    @ParameterizedTest
    @CsvSource({
        "0x40000001, 0x30005, reserved bit",
        "0x40000002, 1, read only",
        "0x40000020, 1, read only",
        "0x40000021, 0x30003, reserved bit",
        "0x40000021, 0x4000000000001, past the address width",
        "0x40000022, 1, read only",
        "0x40000023, 1, read only",
        "0x40000072, 0x100, reserved bit",
        "0x40000073, 0x70003, reserved bit",
        "0x40000073, 0xf0000001, no RAM",
        "0x40000081, 1, read only",
        "0x40000082, 0x60003, reserved bit",
        "0x40000083, 0x60003, reserved bit",
        "0x40000092, 0x0f, vector of an exception",
        "0x400000b0, 0x2000, reserved bit",
        "0x400000f0, 0, read only",
        "0x40000024, 0, no such register"
    })
    void writeIsRefused(String number, String value, String why) {
        int msr = Long.decode(number).intValue();
        assertThrows(GuestException.class, () -> cpu.writeMsr(msr, Long.decode(value)), why);
    }

    @ParameterizedTest
    @CsvSource({
        "0x40000000, 5",
        "0x40000002, 6",
        "0x40000010, 0",
        "0x40000020, 1",
        "0x40000021, 9",
        "0x40000022, 11",
        "0x40000073, 4",
        "0x40000080, 2",
        "0x40000093, 2",
        "0x400000b2, 3",
        "0x400000f0, 10"
    })
    void registerNeedsItsPrivilege(String number, int bit) {
        int msr = Long.decode(number).intValue();
        cpu.readMsr(msr);
        PartitionConfig without = config().privileges(PartitionConfig.DEFAULT_PRIVILEGES & ~(1L << bit))
                .build();
        Cpu other = running(without, program(1, Cpu::halt)).vp(0).cpu();
        assertThrows(GuestException.class, () -> other.readMsr(msr));
    }

    @Test
    void sourceIsMaskedAndControllerOnAfterReset() {
        assertEquals(1, cpu.readMsr(0x4000_0080));
        assertEquals(1, cpu.readMsr(0x4000_0081), "version");
        for (int sint = 0; sint < 16; sint++) {
            assertEquals(0x1_0000, cpu.readMsr(0x4000_0090 + sint));
        }
    }

    @Test
    void lockedHypercallPageStaysWhereItIs() {
        cpu.writeMsr(0x4000_0000, 1L << 40);
        cpu.writeMsr(0x4000_0001, 0x3_0003);

        assertThrows(GuestException.class, () -> cpu.writeMsr(0x4000_0001, 0x4_0001));
        assertEquals(0x3_0003, cpu.readMsr(0x4000_0001));
    }

    @Test
    void hypercallPageNeedsAGuestOsId() {
        cpu.writeMsr(0x4000_0001, 0x3_0001);

        assertEquals(0x3_0000, cpu.readMsr(0x4000_0001));
        assertEquals(0, cpu.memory().readU8(0x3_0000));
    }

    @Test
    void referenceTscPageTellsHowToComputeTheCounter() {
        cpu.writeMsr(0x4000_0021, 0x5_0001);

        assertEquals(1, cpu.memory().readU32(0x5_0000), "sequence");
        BigInteger scale = BigInteger.TWO.pow(64).divide(BigInteger.valueOf(200));
        assertEquals(scale, BigInteger.valueOf(cpu.memory().readU64(0x5_0008)), "10^7 * 2^64 / 2 GHz");
        assertEquals(0, cpu.memory().readU64(0x5_0010), "offset");
        assertEquals(0, machine.physicalMemory().readU64(0x5_0008), "the page lies over guest memory");
        assertThrows(GuestException.class, () -> cpu.memory().writeU32(0x5_0000, 7));

        cpu.writeMsr(0x4000_0021, 0x5_0000);
        assertEquals(0, cpu.memory().readU32(0x5_0000));
    }

    @Test
    void referenceTscPageAgreesWithTheCounterAlsoAfterARestore() {
        machine.partition().restoreTime(7_000_000_123L, 999_999_999_999L, 5);
        cpu.writeMsr(0x4000_0021, 0x5_0001);

        assertEquals(5, cpu.memory().readU32(0x5_0000));
        long tsc = cpu.readTimeStampCounter();
        long computed = Math.multiplyHigh(tsc, cpu.memory().readU64(0x5_0008))
                + cpu.memory().readU64(0x5_0010);
        assertEquals(999_999_999_999L, tsc);
        assertEquals(7_000_000_123L, cpu.readMsr(0x4000_0020));
        assertTrue(Math.abs(7_000_000_123L - computed) <= 1, "computed " + computed);
    }

    @Test
    void pageSaysNothingIfTheCountersHaveNoRatio() {
        CountingClock.Sequence sequence = new CountingClock.Sequence(100, 7);
        Cpu other = running(
                        config().clock(new CountingClock(sequence, sequence)).build(), program(1, Cpu::halt))
                .vp(0)
                .cpu();
        other.writeMsr(0x4000_0021, 0x5_0001);

        assertEquals(0, other.memory().readU32(0x5_0000), "sequence 0: use the counter");
    }

    @Test
    void frequenciesAreThoseOfTheClock() {
        assertEquals(2_000_000_000, cpu.readMsr(0x4000_0022));
        assertEquals(200_000_000, cpu.readMsr(0x4000_0023));
    }

    @Test
    void assistPageIsClearedWhereItIsPut() {
        machine.physicalMemory().writeU64(0x7_0100, 5);
        cpu.writeMsr(0x4000_0073, 0x7_0001);

        assertEquals(0, machine.physicalMemory().readU64(0x7_0100));
        machine.physicalMemory().writeU64(0x7_0100, 6);
        cpu.writeMsr(0x4000_0073, 0x7_0001);
        assertEquals(6, machine.physicalMemory().readU64(0x7_0100), "it is there already");
    }

    @Test
    void apicRegistersOfTheHypervisorAreThoseOfTheApic() {
        TestMachines.enableApic(cpu);
        cpu.writeMsr(0x4000_0072, 0x50);
        assertEquals(0x50, cpu.readMsr(0x808));
        machine.vp(0).requestInterrupt(2, 0x45);
        assertEquals(1 << 5, cpu.readMsr(0x822), "requested, held back by the task priority");
        cpu.writeMsr(0x4000_0071, 1L << 32 | 0x99);
        assertEquals(1L << 32 | 0x99, cpu.readMsr(0x4000_0071));
        assertThrows(GuestException.class, () -> cpu.readMsr(0x4000_0070), "EOI is for writing");
    }

    @Test
    void crashRegistersBelongToTheirVtl() {
        VpState state = machine.vp(0).mutableState();
        cpu.writeMsr(0x4000_0100, 5);
        state.vtl(0).apply(TestMachines.contextAt(codeOf(1)));
        state.activeVtl = 0;

        assertEquals(0, cpu.readMsr(0x4000_0100));
        cpu.writeMsr(0x4000_0100, 6);
        state.activeVtl = 2;
        assertEquals(5, cpu.readMsr(0x4000_0100));
    }

    @Test
    void runTimeIsThatOfTheVp() {
        Machine two = running(
                config().vpCount(2).build(),
                program(1, c -> c.set(Gpr.RAX, 1), c -> c.set(Gpr.RBX, c.readMsr(0x4000_0010)), Cpu::halt));
        two.run(10);

        assertEquals(10, two.vp(0).get(Gpr.RBX), "one step before this one, of a microsecond");
    }

    @Test
    void idleVpIsWokenByAnInterruptThatItDoesNotTake() {
        Machine idle = running(
                config().build(),
                program(1, TestMachines::enableApic, c -> c.readMsr(0x4000_00f0), c -> c.set(Gpr.RBX, 1), Cpu::halt));
        assertEquals(StopReason.IDLE, idle.run(10));
        assertEquals(0, idle.vp(0).get(Gpr.RBX));
        assertEquals(RunState.HALTED, idle.vp(0).runState());

        idle.vp(0).requestInterrupt(2, 0x40);
        idle.run(10);

        assertEquals(1, idle.vp(0).get(Gpr.RBX), "interrupts are off, yet it goes on");
        assertEquals(1, idle.vp(0).cpu().readMsr(0x822), "the interrupt still waits");
    }

    @Test
    void timerPortIsReadByTheHypervisorIfToldSo() {
        assertEquals(-1, cpu.in(0x408, 4));
        machine.partition().state().pmTimerAssist = 0x3_0408;
        machine.partition().time().passUntil(10_000_000);

        assertEquals(3_579_545, cpu.in(0x408, 4), "after a second");
        machine.partition().time().passUntil(100_000_000);
        assertEquals(35_795_450 & 0xff_ffff, cpu.in(0x408, 4), "24 bits");
        assertEquals(0xff, cpu.in(0x408, 1), "a narrow read goes to the host");
    }

    @Test
    void privilegesAreWhatThePartitionMayUse() {
        assertTrue((machine.partition().config().privileges() & HvPrivilege.SYNTHETIC_TIMERS) != 0);
        assertEquals(0x2e7f, cpu.cpuid(0x4000_0003, 0).eax());
    }
}
