package dev.igvmtool.machine.partition;

import static dev.igvmtool.machine.TestMachines.OUTPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.HypercallResult;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HostConductTest {
    private static final long GET_REGISTERS =
            HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1).value();

    /** Answers every hypercall alike. */
    private static HostConduct answering(HostConduct.HypercallAnswer answer) {
        return new HostConduct() {
            @Override
            public Optional<HypercallAnswer> hypercall(int vp, int code) {
                return Optional.of(answer);
            }
        };
    }

    private static Bytes statusRegister() {
        ByteWriter input = new ByteWriter();
        VpRegistersHeader.CODEC.write(input, VpRegistersHeader.self(TargetVtl.CURRENT));
        input.u32(RegisterName.VSM_VP_STATUS);
        return input.toBytes();
    }

    private static Machine calling(HostConduct conduct) {
        return running(
                config().conduct(conduct).build(),
                program(
                        1,
                        TestMachines::enableHypercalls,
                        cpu -> TestMachines.hypercall(cpu, GET_REGISTERS, statusRegister()),
                        Cpu::halt));
    }

    @Test
    void refusesAHypercallBeforeItHasAnyEffect() {
        Machine machine = calling(answering(new HostConduct.HypercallAnswer(
                OptionalInt.of(HvStatus.ACCESS_DENIED), OptionalInt.empty(), Optional.empty())));

        machine.run(20);
        assertEquals(
                HypercallResult.of(HvStatus.ACCESS_DENIED, 0).value(),
                machine.vp(0).get(Gpr.RAX));
        assertEquals(0, machine.physicalMemory().readU64(OUTPUT_PAGE));
    }

    @Test
    void claimsFewerRepsThanWereAskedFor() {
        Machine machine = calling(
                answering(new HostConduct.HypercallAnswer(OptionalInt.empty(), OptionalInt.of(0), Optional.empty())));

        machine.run(20);
        assertEquals(
                HypercallResult.of(HvStatus.SUCCESS, 0).value(), machine.vp(0).get(Gpr.RAX));
    }

    @Test
    void putsOutWhatIsNotTrue() {
        Machine machine = calling(answering(new HostConduct.HypercallAnswer(
                OptionalInt.empty(), OptionalInt.empty(), Optional.of(Bytes.fromHex("0700")))));

        machine.run(20);
        assertEquals(7, machine.physicalMemory().readU64(OUTPUT_PAGE));
    }

    @Test
    void changesCpuidAndMsrs() {
        HostConduct conduct = new HostConduct() {
            @Override
            public CpuidResult cpuid(int leaf, int subleaf, CpuidResult truth) {
                return leaf == 0x4000_0003 ? new CpuidResult(1, 2, 3, 4) : truth;
            }

            @Override
            public long msr(int number, long truth) {
                return number == 0x4000_0020 ? 99 : truth;
            }
        };
        Machine machine = running(
                config().conduct(conduct).build(),
                program(
                        1,
                        cpu -> cpu.set(Gpr.RBX, cpu.cpuid(0x4000_0003, 0).ebx()),
                        cpu -> cpu.set(Gpr.RCX, cpu.readMsr(0x4000_0020)),
                        Cpu::halt));

        machine.run(20);
        assertEquals(2, machine.vp(0).get(Gpr.RBX));
        assertEquals(99, machine.vp(0).get(Gpr.RCX));
    }

    @Test
    void rememberedThingsGoBackInTimeWithTheMachine() {
        Machine machine = running(
                config().conduct(new StepCounter()).build(),
                program(
                        1,
                        cpu -> cpu.set(Gpr.RBX, cpu.readMsr(0x4000_0020)),
                        cpu -> cpu.set(Gpr.RCX, cpu.readMsr(0x4000_0020)),
                        Cpu::halt));
        machine.step();
        Snapshot snapshot = machine.snapshot();
        machine.run(20);
        assertEquals(1, machine.vp(0).get(Gpr.RCX));

        machine.restore(snapshot);
        machine.run(20);
        assertEquals(1, machine.vp(0).get(Gpr.RCX));
        assertEquals(codeOf(1) + 3 * 16, machine.vp(0).rip());
    }

    /** Gives the number of steps it has seen for every MSR. */
    private static final class StepCounter implements HostConduct {
        private record Seen(long steps) {}

        private long steps;

        @Override
        public long msr(int number, long truth) {
            return steps;
        }

        @Override
        public void afterStep(Partition partition, int vp, Optional<String> timelineId) {
            steps++;
        }

        @Override
        public Record save() {
            return new Seen(steps);
        }

        @Override
        public void restore(Record state) {
            steps = ((Seen) state).steps;
        }
    }
}
