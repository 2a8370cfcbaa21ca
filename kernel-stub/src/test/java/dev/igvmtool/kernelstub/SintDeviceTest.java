package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.PollEvents;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.PostMessageArgument;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.synic.HostPort;
import dev.igvmtool.machine.synic.SynIc;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages between a user program and the host. */
class SintDeviceTest {
    private static final long DATA = TestProgram.DATA;
    private static final int CONNECTION = 0x55;
    private static final int FULL_CONNECTION = 0x56;
    private static final long MESSAGES = DATA + 0x2000;

    /** Takes messages, and answers each with as many as its first byte says. */
    private static final class Host implements HostPort {
        private final KernelMachine kernel;
        private final List<String> taken = new ArrayList<>();

        private Host(KernelMachine kernel) {
            this.kernel = kernel;
        }

        @Override
        public int post(int messageType, Bytes payload) {
            taken.add(messageType + " " + payload.toHex());
            for (int i = 0; i < payload.u8(0); i++) {
                HvMessage answer = new HvMessage(9, Bytes.of(new byte[] {(byte) i, 7}));
                assertEquals(HvStatus.SUCCESS, SynIc.queue(kernel.machine.vp(0), 2, 7, answer));
            }
            return HvStatus.SUCCESS;
        }

        @Override
        public Record save() {
            return new HvMessage(0, Bytes.EMPTY);
        }

        @Override
        public void restore(Record state) {}
    }

    /** Takes nothing. */
    private static final class FullHost implements HostPort {
        @Override
        public int post(int messageType, Bytes payload) {
            return HvStatus.INSUFFICIENT_BUFFERS;
        }

        @Override
        public Record save() {
            return new HvMessage(0, Bytes.EMPTY);
        }

        @Override
        public void restore(Record state) {}
    }

    private static KernelMachine machine(TestProgram init) {
        return KernelMachine.builder()
                .program(init)
                .initrd(new CpioArchive()
                        .directory("dev")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
    }

    private static TestProgram opened(int flags) {
        return new TestProgram(100)
                .text(0, "devtmpfs")
                .text(0x20, "/dev")
                .text(0x40, "/dev/mshv_sint")
                .step(c -> c.systemCall(Syscall.MOUNT, DATA, DATA + 0x20, DATA, 0, 0))
                .call(Syscall.OPEN, DATA + 0x40, OpenFlags.RDWR | flags);
    }

    private static void post(Cpu cpu, int connection, int type, String payload) {
        Bytes content = Bytes.fromHex(payload);
        cpu.memory().writeBytes(DATA + 0x400, content);
        cpu.memory()
                .write(
                        PostMessageArgument.CODEC,
                        DATA + 0x300,
                        new PostMessageArgument(type, connection, content.size(), DATA + 0x400));
        ioctl(cpu, MshvIoctl.SINT_POST_MESSAGE);
    }

    private static void ioctl(Cpu cpu, int request) {
        cpu.systemCall(Syscall.IOCTL, 0, Integer.toUnsignedLong(request), DATA + 0x300);
    }

    @Test
    void answersAreReadOneByOne() {
        KernelMachine kernel = machine(opened(0)
                .step(c -> post(c, CONNECTION, 3, "03"))
                .keepResult()
                .call(Syscall.READ, 0, MESSAGES, HvMessage.SIZE)
                .call(Syscall.READ, 0, MESSAGES + 0x100, 0x1000)
                .call(Syscall.READ, 0, MESSAGES + 0x200, HvMessage.SIZE)
                .end());
        Host host = new Host(kernel);
        kernel.machine.partition().connections().connect(CONNECTION, host);
        Cpu cpu = KernelStubTest.runToEnd(kernel);

        assertEquals(List.of("0", "0", "256", "256", "256"), TestProgram.results(cpu), kernel::trouble);
        assertEquals(List.of("3 03"), host.taken);
        for (int i = 0; i < 3; i++) {
            HvMessage message = cpu.memory().read(HvMessage.CODEC, MESSAGES + i * 0x100L);
            assertEquals(9, message.type());
            assertEquals(Bytes.of(new byte[] {(byte) i, 7}), message.payload());
        }
    }

    @Test
    void readersWaitUntilTheHostSpeaks() {
        KernelMachine kernel = machine(
                opened(0).call(Syscall.READ, 0, MESSAGES, HvMessage.SIZE).end());
        assertEquals(StopReason.IDLE, kernel.machine.run(100_000), kernel::trouble);

        assertEquals(
                HvStatus.SUCCESS, SynIc.queue(kernel.machine.vp(0), 2, 7, new HvMessage(4, Bytes.fromHex("abcd"))));
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        assertEquals(List.of("0", "256"), TestProgram.results(cpu), kernel::trouble);
        assertEquals(
                Bytes.fromHex("abcd"),
                cpu.memory().read(HvMessage.CODEC, MESSAGES).payload());
    }

    @Test
    void whoeverPollsWaitsUntilTheHostSpeaks() {
        KernelMachine kernel = machine(opened(0)
                .step(c -> poll(c, 0))
                .keepResult()
                .step(c -> poll(c, -1))
                .keepResult()
                .call(Syscall.READ, 0, MESSAGES, HvMessage.SIZE)
                .end());
        assertEquals(StopReason.IDLE, kernel.machine.run(100_000), kernel::trouble);

        assertEquals(
                HvStatus.SUCCESS, SynIc.queue(kernel.machine.vp(0), 2, 7, new HvMessage(4, Bytes.fromHex("abcd"))));
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        assertEquals(List.of("0", "0", "1", "256"), TestProgram.results(cpu), kernel::trouble);
        assertEquals(PollEvents.IN, cpu.memory().readU16(DATA + 0x300 + PollEvents.RETURNED));
        assertEquals(0, cpu.memory().readU16(DATA + 0x308 + PollEvents.RETURNED), "there is no such file");
    }

    /** Two entries: the device, and none. */
    private static void poll(Cpu cpu, long timeout) {
        cpu.memory().writeU32(DATA + 0x300, 0);
        cpu.memory().writeU32(DATA + 0x300 + PollEvents.WANTED, PollEvents.IN);
        cpu.memory().writeU32(DATA + 0x308, 0xffff_ffffL);
        cpu.memory().writeU32(DATA + 0x308 + PollEvents.WANTED, PollEvents.IN);
        cpu.systemCall(Syscall.POLL, DATA + 0x300, 2, timeout);
    }

    @Test
    void wrongUseIsRefused() {
        KernelMachine kernel = machine(opened(OpenFlags.NONBLOCK)
                .call(Syscall.READ, 0, MESSAGES, HvMessage.SIZE)
                .call(Syscall.READ, 0, MESSAGES, HvMessage.SIZE - 1)
                .step(c -> post(c, CONNECTION, 3, "00"))
                .keepResult()
                .step(c -> post(c, FULL_CONNECTION, 3, "00"))
                .keepResult()
                .step(c -> post(c, FULL_CONNECTION, 3, "00".repeat(241)))
                .keepResult()
                .step(c -> ioctl(c, MshvIoctl.KICK_CPUS))
                .keepResult()
                .end());
        kernel.machine.partition().connections().connect(FULL_CONNECTION, new FullHost());
        Cpu cpu = KernelStubTest.runToEnd(kernel);

        assertEquals(
                List.of("0", "EAGAIN", "EINVAL", "EINVAL", "EAGAIN", "EINVAL", "ENOTTY"),
                TestProgram.results(cpu),
                kernel::trouble);
    }
}
