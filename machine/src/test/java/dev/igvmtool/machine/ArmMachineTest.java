package dev.igvmtool.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.arm.ProcessorState;
import dev.igvmtool.abi.arm.Psci;
import dev.igvmtool.abi.arm.Syndrome;
import dev.igvmtool.abi.arm.SystemControl;
import dev.igvmtool.abi.arm.SystemRegister;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.ArmInitialVpContext;
import dev.igvmtool.abi.hv.ArmVpStartInput;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.ArmCpu;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.vp.RunState;
import dev.igvmtool.machine.vp.Vp;
import dev.igvmtool.machine.vp.VpRegisters;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArmMachineTest {
    private static final Step.ArmAction END = ArmCpu::waitForInterrupt;

    private static Machine run(int vps, Step.ArmAction... actions) {
        Machine machine = ArmMachines.running(vps, actions);
        machine.run(100);
        return machine;
    }

    private static String stop(Machine machine) {
        return machine.vp(0).stopReason();
    }

    @Test
    void runsStepsWithRegistersAndStack() {
        Machine machine = run(
                1,
                cpu -> {
                    cpu.setX(30, 0x1234);
                    cpu.setSp(0x9000);
                },
                cpu -> cpu.memory().writeU64(cpu.sp() - 8, cpu.x(30)),
                cpu -> cpu.setX(0, cpu.pc()),
                END);
        assertEquals("", stop(machine));
        assertEquals(0x1234, machine.physicalMemory().readU64(0x8ff8));
        assertEquals(ArmMachines.CODE + 3 * Slot.SIZE, machine.vp(0).state().x(0));
        assertEquals(RunState.HALTED, machine.vp(0).runState());
    }

    @Test
    void aSlotIsAnUndefinedInstructionToOthers() {
        Bytes slot = ArmMachines.running(1, END).physicalMemory().readBytes(ArmMachines.CODE, Slot.SIZE);
        assertEquals(0, slot.u32(0) >>> 16, "UDF");
        assertEquals(new Slot(1, 0), Slot.decode(slot).orElseThrow());
    }

    @Test
    void takesExceptionsToTheVectorsThroughBranches() {
        Machine machine = ArmMachines.running(
                1,
                cpu -> {
                    cpu.set(SystemRegister.VBAR_EL1, ArmMachines.VECTORS);
                    cpu.setDaif(0);
                },
                cpu -> cpu.memory().readU8(0xf0_0123),
                END,
                cpu -> cpu.setX(1, cpu.get(SystemRegister.FAR_EL1)),
                END);
        ArmMachines.branchAllVectors(machine.physicalMemory(), 3);
        List<MachineEvent> events = TestMachines.record(machine);
        machine.run(100);
        assertEquals(0xf0_0123, machine.vp(0).state().x(1));
        var arm = machine.vp(0).state().vtl(2).arm();
        assertEquals(ArmMachines.CODE + Slot.SIZE, arm.get(SystemRegister.ELR_EL1));
        assertEquals(ProcessorState.EL1H, arm.get(SystemRegister.SPSR_EL1));
        assertEquals(ProcessorState.EL1H | ProcessorState.DAIF, arm.pstate);
        Syndrome syndrome = new Syndrome(arm.get(SystemRegister.ESR_EL1));
        assertEquals(Syndrome.DATA_ABORT, syndrome.exceptionClass());
        assertEquals(Syndrome.TRANSLATION | 2, syndrome.specific());
        assertEquals(
                List.of(Syndrome.DATA_ABORT),
                events.stream()
                        .filter(MachineEvent.Fault.class::isInstance)
                        .map(event -> ((MachineEvent.Fault) event).vector())
                        .toList());
    }

    @Test
    void anExceptionWithoutVectorsEnds() {
        assertTrue(stop(run(1, cpu -> cpu.brk(7))).startsWith("exception at its own vector: no slot at 0x200"));
        assertTrue(stop(run(1, cpu -> cpu.jump(0xf0_0000))).contains("exception at its own vector"));
        assertEquals("SMC with X0 0x5", stop(run(1, cpu -> cpu.setX(0, 5), ArmCpu::smc)));
    }

    @Test
    void withTranslationOffAddressesArePhysical() {
        Machine machine = run(
                1,
                cpu -> {
                    cpu.set(SystemRegister.SCTLR_EL1, cpu.get(SystemRegister.SCTLR_EL1) & ~SystemControl.M);
                    cpu.invalidateTranslations();
                },
                cpu -> cpu.memory().writeU32(0xf0_0000, 0x77),
                END);
        assertEquals("", stop(machine));
        assertEquals(0x77, machine.physicalMemory().readU32(0xf0_0000));
    }

    @Test
    void hypercallsGoByHvcWithInputInMemory() {
        Machine machine = run(
                1,
                cpu -> {
                    cpu.memory()
                            .writeBytes(ArmMachines.INPUT_PAGE, ArmMachines.readRegister(RegisterName.VSM_VP_STATUS));
                    cpu.setX(0, 0x1_0000_0050L);
                    cpu.setX(1, ArmMachines.INPUT_PAGE);
                    cpu.setX(2, ArmMachines.OUTPUT_PAGE);
                    cpu.hvc(1);
                },
                END);
        assertEquals(0x1_0000_0000L, machine.vp(0).state().x(0));
        assertEquals(2, machine.physicalMemory().readU64(ArmMachines.OUTPUT_PAGE) & 0xf);
    }

    @Test
    void fastHypercallsTakeAndGiveRegisters() {
        Machine machine = run(
                1,
                cpu -> {
                    cpu.setX(0, 0x1_0001_0051L);
                    cpu.setX(1, -1);
                    cpu.setX(2, 0xffff_fffeL);
                    cpu.setX(3, RegisterName.GUEST_OS_ID);
                    cpu.setX(4, 0);
                    cpu.setX(5, 1L << 40);
                    cpu.setX(6, 0);
                    cpu.hvc(1);
                },
                cpu -> {
                    cpu.setX(20, cpu.x(0));
                    cpu.setX(0, 0x1_0001_0050L);
                    cpu.setX(3, RegisterName.GUEST_OS_ID);
                    cpu.hvc(1);
                },
                END);
        assertEquals(0x1_0000_0000L, machine.vp(0).state().x(20));
        assertEquals(0x1_0000_0000L, machine.vp(0).state().x(0));
        assertEquals(1L << 40, machine.vp(0).state().x(15));
        assertEquals(1L << 40, machine.partition().state().guestOsId[2]);
    }

    @Test
    void processorsAreKnownByTheirMpidr() {
        Machine machine = run(
                3,
                cpu -> {
                    Bytes input = new ByteWriter()
                            .u64(-1)
                            .u64(0)
                            .u64(2)
                            .u64(0)
                            .u64(1L << 32)
                            .toBytes();
                    cpu.memory().writeBytes(ArmMachines.INPUT_PAGE, input);
                    cpu.setX(0, 0x3_0000_009aL);
                    cpu.setX(1, ArmMachines.INPUT_PAGE);
                    cpu.setX(2, ArmMachines.OUTPUT_PAGE);
                    cpu.hvc(1);
                },
                END);
        assertEquals(
                0x2_0000_0000L | HvStatus.INVALID_PARAMETER,
                machine.vp(0).state().x(0));
        assertEquals(2, machine.physicalMemory().readU32(ArmMachines.OUTPUT_PAGE));
        assertEquals(0, machine.physicalMemory().readU32(ArmMachines.OUTPUT_PAGE + 4));
    }

    /** The boot processor enables VTL2 of the other one and turns it on; that one stores what it was given. */
    @Test
    void turnsOtherProcessorsOn() {
        Machine machine = run(
                2,
                cpu -> turnOn(cpu, 19),
                cpu -> {
                    ArmVpStartInput input = new ArmVpStartInput(1, 2, ArmInitialVpContext.ZERO);
                    cpu.memory().writeBytes(ArmMachines.INPUT_PAGE, ArmVpStartInput.CODEC.toBytes(input));
                    cpu.setX(0, 0x0f);
                    cpu.setX(1, ArmMachines.INPUT_PAGE);
                    cpu.setX(2, 0);
                    cpu.hvc(1);
                    cpu.setX(20, cpu.x(0));
                },
                cpu -> turnOn(cpu, 21),
                cpu -> turnOn(cpu, 22),
                END,
                cpu -> cpu.memory().writeU64(0x5000, cpu.x(0)),
                cpu -> {
                    cpu.setX(0, Psci.CPU_OFF);
                    cpu.hvc(0);
                });
        assertEquals("", stop(machine));
        assertEquals(Psci.INVALID_PARAMETERS, machine.vp(0).state().x(19));
        assertEquals(HvStatus.SUCCESS, machine.vp(0).state().x(20));
        assertEquals(Psci.SUCCESS, machine.vp(0).state().x(21));
        assertEquals(Psci.ALREADY_ON, machine.vp(0).state().x(22));
        assertEquals("", machine.vp(1).stopReason());
        assertEquals(0x99, machine.physicalMemory().readU64(0x5000));
        assertEquals(RunState.WAITING_FOR_START, machine.vp(1).runState());
        assertEquals(SystemControl.RES1, machine.vp(1).state().vtl(2).arm().get(SystemRegister.SCTLR_EL1));
    }

    private static void turnOn(ArmCpu cpu, int result) {
        cpu.setX(0, Psci.CPU_ON);
        cpu.setX(1, 1);
        cpu.setX(2, ArmMachines.CODE + 5 * Slot.SIZE);
        cpu.setX(3, 0x99);
        cpu.hvc(0);
        cpu.setX(result, cpu.x(0));
    }

    @Test
    void everyRegisterOfTheHypervisorCanBeSetAndRead() {
        Vp vp = ArmMachines.running(1, END).vp(0);
        for (Aarch64Register register : Aarch64Register.values()) {
            long value = 0x1000L + register.ordinal();
            assertEquals(HvStatus.SUCCESS, VpRegisters.set(vp, 2, register.number(), RegisterValue.of(value)));
            assertEquals(
                    value,
                    VpRegisters.get(vp, 2, register.number()).orElseThrow().low(),
                    register.toString());
        }
        assertEquals(HvStatus.UNKNOWN_REGISTER_NAME, VpRegisters.set(vp, 2, RegisterName.EFER, RegisterValue.of(0)));
    }

    @Test
    void snapshotsHoldRegisters() {
        Machine machine = ArmMachines.running(
                1,
                cpu -> cpu.setX(3, 3),
                cpu -> {
                    cpu.setX(3, 4);
                    cpu.setSp(0x40);
                    cpu.set(SystemRegister.VBAR_EL1, 0x800);
                },
                END);
        machine.step();
        Snapshot snapshot = machine.snapshot();
        machine.run(10);
        assertEquals(4, machine.vp(0).state().x(3));
        machine.restore(snapshot);
        assertEquals(3, machine.vp(0).state().x(3));
        assertEquals(0, machine.vp(0).state().vtl(2).arm().sp);
        machine.run(10);
        assertEquals(0x800, machine.vp(0).state().vtl(2).arm().get(SystemRegister.VBAR_EL1));
    }
}
