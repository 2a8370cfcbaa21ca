package dev.igvmtool.machine.synic;

import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.enableHypercalls;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallIntercept;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Snapshot;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.TwoVtls;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final long SIMP = 0x6_0000;
    private static final long SIEFP = 0x6_1000;

    private static Bytes message(int connection, int type, Bytes payload) {
        return new ByteWriter()
                .u32(connection)
                .u32(0)
                .u32(type)
                .u32(payload.size())
                .bytes(payload.paddedTo(240))
                .toBytes();
    }

    private static void listen(Cpu cpu) {
        enableHypercalls(cpu);
        TestMachines.enableApic(cpu);
        cpu.writeMsr(0x4000_0083, SIMP | 1);
        cpu.writeMsr(0x4000_0082, SIEFP | 1);
        cpu.writeMsr(0x4000_0092, 0x55);
    }

    private static Machine machine(Step.Action... actions) {
        Step.Action[] steps = new Step.Action[actions.length + 2];
        steps[0] = ConnectionsTest::listen;
        System.arraycopy(actions, 0, steps, 1, actions.length);
        steps[actions.length + 1] = Cpu::halt;
        return running(config().build(), program(1, steps));
    }

    private static Step.Action post(int connection, int type) {
        return cpu -> hypercall(cpu, 0x5c, message(connection, type, Bytes.of((byte) type)));
    }

    @Test
    void messageGoesToThePortOfItsConnection() {
        Machine machine = machine(post(7, 5));
        machine.partition().connections().connect(7, new MessagePort(0xabc, 0, 2, 2));
        machine.run(10);

        assertEquals(0, machine.vp(0).get(Gpr.RAX));
        HvMessage expected = new HvMessage(5, 0, 0xabc, Bytes.of((byte) 5));
        assertEquals(expected, machine.physicalMemory().read(HvMessage.CODEC, SIMP + 0x200));
        assertEquals(0x55, machine.vp(0).state().vtl(2).apic.deliverable(0));
    }

    @Test
    void messagesWaitInOrderUntilTheSlotIsFreeAndSaid() {
        Machine machine = machine(post(7, 1), post(7, 2), post(7, 3), cpu -> {}, ConnectionsTest::take, cpu -> {});
        machine.partition().connections().connect(7, new MessagePort(1, 0, 2, 2));
        List<Integer> seen = new ArrayList<>();
        machine.run(4);
        seen.add((int) machine.physicalMemory().readU32(SIMP + 0x200));
        assertEquals(1, machine.physicalMemory().readU8(SIMP + 0x205), "the first says that more is pending");
        machine.run(2);
        seen.add((int) machine.physicalMemory().readU32(SIMP + 0x200));
        assertEquals(1, machine.physicalMemory().readU8(SIMP + 0x205), "so does the second");
        take(machine.vp(0).cpu());
        seen.add((int) machine.physicalMemory().readU32(SIMP + 0x200));
        assertEquals(0, machine.physicalMemory().readU8(SIMP + 0x205), "the last does not");

        assertEquals(List.of(1, 2, 3), seen);
    }

    /** The receiver: frees the slot and tells it. */
    private static void take(Cpu cpu) {
        cpu.memory().writeU32(SIMP + 0x200, 0);
        cpu.writeMsr(0x4000_0084, 0);
    }

    @Test
    void queueIsBoundedAndPartOfSnapshots() {
        Step.Action[] posts = new Step.Action[20];
        for (int i = 0; i < posts.length; i++) {
            posts[i] = post(7, i + 1);
        }
        Machine machine = machine(posts);
        machine.partition().connections().connect(7, new MessagePort(1, 0, 2, 2));
        machine.run(18);
        assertEquals(HvStatus.SUCCESS, machine.vp(0).get(Gpr.RAX), "one in the slot, sixteen behind it");
        Snapshot full = machine.snapshot();
        machine.run(1);
        assertEquals(HvStatus.INSUFFICIENT_BUFFERS, machine.vp(0).get(Gpr.RAX));

        take(machine.vp(0).cpu());
        machine.restore(full);
        machine.run(1);

        assertEquals(HvStatus.INSUFFICIENT_BUFFERS, machine.vp(0).get(Gpr.RAX), "nothing was taken before");
    }

    @Test
    void eventSetsTheFlagOfItsConnection() {
        Bytes signal = new ByteWriter().u32(9).u16(3).u16(0).toBytes();
        Machine machine = machine(cpu -> {
            // Fast: the input is in RDX.
            cpu.set(Gpr.RCX, 0x1_005d);
            cpu.set(Gpr.RDX, signal.u64(0));
            cpu.callHypercallPage(TestMachines.HYPERCALL_PAGE);
        });
        machine.partition().connections().connect(9, new EventPort(0, 2, 2, 16, 8));
        machine.run(10);

        assertEquals(0, machine.vp(0).get(Gpr.RAX));
        assertEquals(1 << 3, machine.physicalMemory().readU8(SIEFP + 0x202), "flag 16 + 3");
        assertEquals(0x55, machine.vp(0).state().vtl(2).apic.deliverable(0));
    }

    @Test
    void hostPortAnswersForItself() {
        HostQueue host = new HostQueue();
        Machine machine = machine(post(1, 4), cpu -> cpu.set(Gpr.RBX, cpu.get(Gpr.RAX)), post(1, 5));
        machine.partition().connections().connect(1, host);
        machine.run(3);
        assertEquals(List.of(4), host.types);
        Snapshot one = machine.snapshot();
        machine.run(10);
        assertEquals(0, machine.vp(0).get(Gpr.RBX));
        assertEquals(HvStatus.INSUFFICIENT_BUFFERS, machine.vp(0).get(Gpr.RAX), "the host takes one message");

        host.types = List.of();
        machine.restore(one);
        assertEquals(List.of(4), host.types, "what the host holds belongs to the snapshot");
    }

    private static final class HostQueue implements HostPort {
        private List<Integer> types = List.of();

        private record Held(List<Integer> types) {}

        @Override
        public int post(int messageType, Bytes payload) {
            if (!types.isEmpty()) {
                return HvStatus.INSUFFICIENT_BUFFERS;
            }
            types = List.of(messageType);
            return HvStatus.SUCCESS;
        }

        @Override
        public Record save() {
            return new Held(types);
        }

        @Override
        public void restore(Record state) {
            types = ((Held) state).types;
        }
    }

    @Test
    void unknownConnectionOfVtl0IsAnsweredByVtl2IfItAskedForIt() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> hypercall(
                        cpu, 0x4d, InstallInterceptInput.CODEC.toBytes(new InstallInterceptInput(-1, 4, 13, 0))),
                TwoVtls::skipStep,
                cpu -> {
                    cpu.writeMsr(0x4000_0000, 1L << 40);
                    cpu.writeMsr(0x4000_0001, 0x4_0001);
                    cpu.memory().writeBytes(0x5_0000, message(6, 1, Bytes.EMPTY));
                },
                cpu -> {
                    cpu.set(Gpr.RCX, 0x5c);
                    cpu.set(Gpr.RDX, 0x5_0000);
                    cpu.callHypercallPage(0x4_0000);
                },
                cpu -> {
                    cpu.memory().writeU32(0x5_0000, 7);
                    cpu.set(Gpr.RCX, 0x5c);
                    cpu.set(Gpr.RDX, 0x5_0000);
                    cpu.callHypercallPage(0x4_0000);
                },
                Cpu::halt);
        vtls.machine.partition().connections().connect(7, new MessagePort(1, 0, 0, 2));
        vtls.machine.run(100);

        assertEquals(1, vtls.messages.size());
        assertEquals(MessageType.HYPERCALL, vtls.messages.get(0).type());
        HypercallIntercept call =
                HypercallIntercept.CODEC.read(vtls.messages.get(0).payload());
        assertEquals(0x5c, call.rcx());
        assertEquals(0x5_0000, call.rdx());
        assertEquals(3, call.header().instructionLength());
        assertEquals(
                HvStatus.INVALID_SYNIC_STATE,
                vtls.machine.vp(0).get(Gpr.RAX),
                "the known one is the hypervisor's: its source is masked");
    }
}
