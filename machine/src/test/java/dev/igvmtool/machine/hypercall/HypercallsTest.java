package dev.igvmtool.machine.hypercall;

import static dev.igvmtool.machine.TestMachines.HYPERCALL_PAGE;
import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.OUTPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.contextAt;
import static dev.igvmtool.machine.TestMachines.enableHypercalls;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.SignalEventDirectInput;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.RunState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HypercallsTest {
    @Test
    void pageHasTheSequencesOfTheReference() {
        Bytes page = HypercallPage.CONTENT;

        assertEquals(
                "0f01c1c3" + "89c1b8110000000f01c1c3" + "4889c8b9110000000f01c1c3" + "89c1b8120000000f01c1c3"
                        + "4889c8b9120000000f01c1c3cc",
                page.slice(0, 51).toHex());
        assertEquals(0x2600f, HypercallPage.VTL_OFFSETS);
    }

    @Test
    void pageLiesOverGuestMemoryAsLongAsItIsEnabled() {
        Machine machine = running(
                cpu -> cpu.memory().writeU8(HYPERCALL_PAGE, 0x55),
                TestMachines::enableHypercalls,
                cpu -> cpu.set(Gpr.RAX, cpu.memory().readU32(HYPERCALL_PAGE)),
                cpu -> cpu.writeMsr(0x4000_0001, 0),
                cpu -> cpu.set(Gpr.RBX, cpu.memory().readU8(HYPERCALL_PAGE)),
                Cpu::halt);

        machine.run(20);
        assertEquals(0xc3c1_010fL, machine.vp(0).get(Gpr.RAX));
        assertEquals(0x55, machine.vp(0).get(Gpr.RBX));
    }

    @Test
    void pageStaysOffWithoutGuestOsId() {
        Machine machine = running(
                cpu -> cpu.writeMsr(0x4000_0001, HYPERCALL_PAGE | 1),
                cpu -> cpu.set(Gpr.RAX, cpu.readMsr(0x4000_0001)),
                Cpu::halt);

        machine.run(20);
        assertEquals(HYPERCALL_PAGE, machine.vp(0).get(Gpr.RAX));
    }

    @Test
    void shimReadsTheRegistersThatItNeeds() {
        assertEquals(2, getRegister(RegisterName.VSM_VP_STATUS));
        assertEquals(0x2600f, getRegister(RegisterName.VSM_CODE_PAGE_OFFSETS));
        assertEquals(0x3800_0001, getRegister(RegisterName.VSM_CAPABILITIES));
    }

    @Test
    void unknownRegisterHasNoValue() {
        Bytes input = registers(0x00ff_0000);
        assertEquals(
                HvStatus.UNKNOWN_REGISTER_NAME,
                call(HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1), input)
                        .status());
    }

    @Test
    void repCallReportsTheRepsDoneBeforeAFailure() {
        Bytes input = registers(RegisterName.VSM_VP_STATUS, 0x00ff_0000, RegisterName.VSM_VP_STATUS);

        HypercallResult result = call(HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 3), input);
        assertEquals(HypercallResult.of(HvStatus.UNKNOWN_REGISTER_NAME, 1), result);
    }

    @Test
    void formIsCheckedInTheOrderOfTheSpecification() {
        Bytes input = registers(RegisterName.VSM_VP_STATUS);
        long get = HypercallCode.GET_VP_REGISTERS.code();

        assertEquals(HvStatus.INVALID_HYPERCALL_CODE, raw(0x7777, INPUT_PAGE, OUTPUT_PAGE, input));
        assertEquals(HvStatus.INVALID_HYPERCALL_INPUT, raw(get, INPUT_PAGE, OUTPUT_PAGE, input), "no reps");
        assertEquals(
                HvStatus.INVALID_HYPERCALL_INPUT,
                raw(get | 1L << 32 | 1L << 48, INPUT_PAGE, OUTPUT_PAGE, input),
                "start at count");
        assertEquals(
                HvStatus.INVALID_HYPERCALL_INPUT,
                raw(HypercallCode.ENABLE_VP_VTL.code() | 1L << 32, INPUT_PAGE, OUTPUT_PAGE, input),
                "reps of a simple call");
        assertEquals(
                HvStatus.INVALID_HYPERCALL_INPUT,
                raw(get | 1L << 32, INPUT_PAGE + 0xff0, OUTPUT_PAGE, input),
                "crosses a page");
        assertEquals(HvStatus.INVALID_ALIGNMENT, raw(get | 1L << 32, INPUT_PAGE + 4, OUTPUT_PAGE, input), "alignment");
        assertEquals(HvStatus.INVALID_HYPERCALL_INPUT, raw(get | 1L << 32, 1L << 40, OUTPUT_PAGE, input), "no memory");
    }

    @Test
    void apicIdsBecomeVpIndexesInOrder() {
        Machine machine = running(
                config().vpCount(3).vpIndexAnswers(Map.of(2, 7)).build(),
                program(
                        1,
                        TestMachines::enableHypercalls,
                        cpu -> hypercall(
                                cpu,
                                HypercallControl.rep(HypercallCode.GET_VP_INDEX_FROM_APIC_ID, 3)
                                        .value(),
                                new ByteWriter()
                                        .u64(-1)
                                        .u64(0)
                                        .u32(0)
                                        .u32(1)
                                        .u32(2)
                                        .toBytes()),
                        Cpu::halt));
        machine.run(10);

        assertEquals(0x3_0000_0000L, machine.vp(0).get(Gpr.RAX));
        assertEquals(1, machine.physicalMemory().readU32(OUTPUT_PAGE + 4));
        assertEquals(7, machine.physicalMemory().readU32(OUTPUT_PAGE + 8), "scripted wrong answer");
    }

    @Test
    void vpIsEnabledAndStartedWithItsContext() {
        Bytes input = VpStartInput.CODEC.toBytes(new VpStartInput(1, 2, contextAt(codeOf(2))));
        List<Long> results = new ArrayList<>();
        Machine machine = running(
                config().vpCount(2).build(),
                program(
                        1,
                        TestMachines::enableHypercalls,
                        cpu -> results.add(hypercall(cpu, 0x99, input)),
                        cpu -> results.add(hypercall(cpu, 0x0f, input)),
                        cpu -> results.add(hypercall(cpu, 0x0f, input)),
                        cpu -> results.add(hypercall(cpu, 0x99, input)),
                        cpu -> results.add(hypercall(cpu, 0x99, input)),
                        Cpu::halt),
                program(2, cpu -> cpu.set(Gpr.RBX, 0x1234), cpu -> cpu.jumpTo("s0")));
        machine.run(20);

        assertEquals(
                List.of((long) HvStatus.INVALID_VTL_STATE, 0L, (long) HvStatus.VTL_ALREADY_ENABLED, 0L, (long)
                        HvStatus.INVALID_VP_STATE),
                results);
        assertEquals(0x1234, machine.vp(1).get(Gpr.RBX));
        assertEquals(RunState.RUNNING, machine.vp(1).runState());
        assertEquals(2, machine.vp(1).vtl());
    }

    @Test
    void registersOfVtl0AreSetAndReadBack() {
        VpRegistersHeader header = VpRegistersHeader.self(TargetVtl.explicit(0));
        Bytes set = new ByteWriter()
                .bytes(VpRegistersHeader.CODEC.toBytes(header))
                .bytes(RegisterAssociation.CODEC.toBytes(
                        new RegisterAssociation(RegisterName.RIP, RegisterValue.of(0x1000))))
                .bytes(RegisterAssociation.CODEC.toBytes(new RegisterAssociation(
                        RegisterName.ES + 1,
                        RegisterValue.of(new dev.igvmtool.abi.x64.SegmentValue(0, 0xffff, 0x33, 0xa0fb)))))
                .toBytes();
        Machine machine =
                running(TestMachines::enableHypercalls, cpu -> hypercall(cpu, 0x2_0000_0051L, set), Cpu::halt);
        machine.run(10);

        assertEquals(0x2_0000_0000L, machine.vp(0).get(Gpr.RAX));
        assertEquals(0x1000, machine.vp(0).state().vtl(0).rip);
        assertEquals(
                0x33,
                machine.vp(0)
                        .state()
                        .vtl(0)
                        .segment(dev.igvmtool.abi.x64.SegmentRegister.CS)
                        .selector());
        assertTrue(machine.vp(0).rip() > codeOf(1), "the caller's own RIP is another register");
    }

    @Test
    void addressIsTranslatedWithoutTouchingTheTables() {
        Bytes input = TranslateVirtualAddressInput.CODEC.toBytes(
                new TranslateVirtualAddressInput(TranslateVirtualAddressInput.VALIDATE_READ, TargetVtl.CURRENT, 0x123));
        Machine machine = running(
                TestMachines::enableHypercalls,
                cpu -> hypercall(cpu, 0x52, input),
                cpu -> cpu.set(Gpr.RBX, cpu.memory().readU64(OUTPUT_PAGE + 8)),
                cpu -> hypercall(cpu, 0xac, input),
                cpu -> cpu.set(Gpr.RCX, cpu.memory().readU64(OUTPUT_PAGE + 48)),
                Cpu::halt);
        machine.run(10);

        assertEquals(0x123, machine.vp(0).get(Gpr.RBX));
        assertEquals(0x123, machine.vp(0).get(Gpr.RCX));
    }

    @Test
    void eventHasControlInputAndResult() {
        List<MachineEvent.HypercallDone> calls = new ArrayList<>();
        Bytes input = registers(RegisterName.VSM_VP_STATUS);
        Machine machine =
                running(TestMachines::enableHypercalls, cpu -> hypercall(cpu, 0x1_0000_0050L, input), Cpu::halt);
        machine.observe(event -> {
            if (event instanceof MachineEvent.HypercallDone call) {
                calls.add(call);
            }
        });
        machine.run(10);

        assertEquals(
                List.of(new MachineEvent.HypercallDone(
                        0,
                        2,
                        0x1_0000_0050L,
                        input,
                        0x1_0000_0000L,
                        Bytes.of((byte) 2).paddedTo(16))),
                calls);
    }

    @Test
    void eventIsSignalledDirectly() {
        Bytes input = SignalEventDirectInput.CODEC.toBytes(new SignalEventDirectInput(-1, 0, 2, 2, 9));
        Machine machine = running(
                TestMachines::enableHypercalls,
                cpu -> cpu.set(Gpr.RBX, hypercall(cpu, 0xc0, input)),
                cpu -> {
                    cpu.writeMsr(0x4000_0082, 0x6_0001);
                    cpu.writeMsr(0x4000_0092, 0x55);
                },
                cpu -> hypercall(cpu, 0xc0, input),
                Cpu::halt);
        machine.run(10);

        assertEquals(HvStatus.INVALID_SYNIC_STATE, machine.vp(0).get(Gpr.RBX), "the page is not enabled yet");
        assertEquals(0, machine.vp(0).get(Gpr.RAX));
        assertEquals(2, machine.physicalMemory().readU8(0x6_0201));
        assertEquals(1, machine.physicalMemory().readU8(OUTPUT_PAGE));
    }

    @Test
    void fastCallHasInputAndOutputInRegisters() {
        Machine machine = running(
                TestMachines::enableHypercalls,
                cpu -> {
                    // The name stands in XMM0, behind the header in RDX and R8; the value follows in XMM1.
                    cpu.memory().writeU32(0x6_0000 + 160, Integer.toUnsignedLong(RegisterName.VSM_CODE_PAGE_OFFSETS));
                    cpu.restoreFxState(0x6_0000);
                    cpu.set(Gpr.RCX, 0x1_0001_0050L);
                    cpu.set(Gpr.RDX, -1);
                    cpu.set(Gpr.R8, 0xffff_fffeL);
                    cpu.callHypercallPage(HYPERCALL_PAGE);
                    cpu.saveFxState(0x6_1000);
                },
                Cpu::halt);
        machine.run(10);

        assertEquals(0x1_0000_0000L, machine.vp(0).get(Gpr.RAX));
        assertEquals(0x2600f, machine.physicalMemory().readU64(0x6_1000 + 176));
        assertEquals(-1, machine.vp(0).get(Gpr.RDX), "input registers stay");
        assertEquals(
                HvStatus.INVALID_HYPERCALL_INPUT,
                call(new HypercallControl(HypercallCode.ENABLE_VP_VTL.code() | 1 << 16), Bytes.zeros(8))
                        .status(),
                "240 bytes do not fit");
    }

    @Test
    void copiedPageWorksAsWell() {
        Machine machine = running(
                TestMachines::enableHypercalls,
                cpu -> cpu.memory().writeBytes(0x6_0000, cpu.memory().readBytes(HYPERCALL_PAGE, 4096)),
                cpu -> {
                    cpu.set(Gpr.RCX, 0x7777);
                    cpu.callHypercallPage(0x6_0000);
                },
                Cpu::halt);
        machine.run(10);

        assertEquals(HvStatus.INVALID_HYPERCALL_CODE, machine.vp(0).get(Gpr.RAX));
    }

    private static long getRegister(int name) {
        Machine machine = calling(
                HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1).value(),
                INPUT_PAGE,
                OUTPUT_PAGE,
                registers(name));
        assertEquals(0x1_0000_0000L, machine.vp(0).get(Gpr.RAX));
        return machine.physicalMemory().readU64(OUTPUT_PAGE);
    }

    private static Bytes registers(int... names) {
        ByteWriter writer =
                new ByteWriter().bytes(VpRegistersHeader.CODEC.toBytes(VpRegistersHeader.self(TargetVtl.CURRENT)));
        for (int name : names) {
            writer.u32(Integer.toUnsignedLong(name));
        }
        return writer.toBytes();
    }

    private static HypercallResult call(HypercallControl control, Bytes input) {
        return new HypercallResult(
                calling(control.value(), INPUT_PAGE, OUTPUT_PAGE, input).vp(0).get(Gpr.RAX));
    }

    private static int raw(long control, long inputGpa, long outputGpa, Bytes input) {
        return new HypercallResult(
                        calling(control, inputGpa, outputGpa, input).vp(0).get(Gpr.RAX))
                .status();
    }

    private static Machine calling(long control, long inputGpa, long outputGpa, Bytes input) {
        PartitionConfig config = config().build();
        Machine machine = running(
                config,
                program(
                        1,
                        cpu -> {
                            enableHypercalls(cpu);
                            cpu.memory().writeBytes(INPUT_PAGE, input);
                            cpu.set(Gpr.RCX, control);
                            cpu.set(Gpr.RDX, inputGpa);
                            cpu.set(Gpr.R8, outputGpa);
                            cpu.callHypercallPage(HYPERCALL_PAGE);
                        },
                        Cpu::halt));
        machine.run(10);
        return machine;
    }
}
