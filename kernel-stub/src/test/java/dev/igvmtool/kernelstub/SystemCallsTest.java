package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Dirent64;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Stat;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.kernelstub.state.KernelState;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** System calls as a user program sees them. */
class SystemCallsTest {
    private static final long DATA = TestProgram.DATA;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int FIXED = 0x10;
    private static final int READ_WRITE = 3;

    private static KernelMachine machine(TestProgram init) {
        return KernelMachine.builder()
                .program(init)
                .initrd(new CpioArchive()
                        .directory("dev")
                        .directory("d")
                        .character("dev/null", 1, 3)
                        .character("dev/kmsg", 1, 11)
                        .character("dev/mem", 1, 1)
                        .file("d/b", Bytes.utf8("bb"))
                        .link("d/a", "b")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
    }

    private static Cpu run(TestProgram init) {
        return KernelStubTest.runToEnd(machine(init));
    }

    @Test
    void unknownNumbersAndBadPointersAreErrors() {
        Cpu cpu = run(new TestProgram(100)
                .step(c -> {
                    c.set(Gpr.RAX, 9999);
                    c.systemCall();
                })
                .keepResult()
                .call(Syscall.EPOLL_CREATE1, 0)
                .call(Syscall.OPEN, 0x10, 0)
                .call(Syscall.OPEN, -4096, 0)
                .call(Syscall.READ, 77, DATA, 1)
                .call(Syscall.CLOCK_GETTIME, 7, TestProgram.TEXT)
                .end());
        assertEquals(List.of("ENOSYS", "ENOSYS", "EFAULT", "EFAULT", "EBADF", "EFAULT"), TestProgram.results(cpu));
    }

    @Test
    void memoryComesAndGoes() {
        Cpu cpu = run(new TestProgram(100)
                .call(Syscall.MMAP, 0x1000_0000, 0x3000, READ_WRITE, PRIVATE_ANONYMOUS | FIXED, -1, 0)
                .step(c -> c.memory().writeU64(0x1000_2000, 5))
                .call(Syscall.MUNMAP, 0x1000_1000, 0x1000)
                .call(Syscall.CLOCK_GETTIME, 7, 0x1000_1000)
                .call(Syscall.CLOCK_GETTIME, 7, 0x1000_0000)
                .call(Syscall.MPROTECT, 0x1000_0000, 0x1000, 1)
                .call(Syscall.CLOCK_GETTIME, 7, 0x1000_0000)
                .call(Syscall.BRK, 0)
                .step(c -> c.memory().writeU64(DATA, c.memory().readU64(DATA + 0x1008 + 6 * 8) + 0x2800))
                .step(c -> c.systemCall(Syscall.BRK, c.memory().readU64(DATA)))
                .step(c -> c.memory().writeU8(c.get(Gpr.RAX) - 1, 7))
                .call(Syscall.MMAP, 0, 0x1000, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0)
                .call(Syscall.MMAP, 0, 0x1000, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0)
                .call(Syscall.MUNMAP, 0x1000_0001, 0x1000)
                .end());
        List<String> results = TestProgram.results(cpu);
        assertEquals(List.of("268435456", "0", "EFAULT", "0", "0", "EFAULT"), results.subList(0, 6));
        assertEquals(Long.parseLong(results.get(7)) + 0x1000, Long.parseLong(results.get(8)));
        assertEquals("EINVAL", results.get(9));
    }

    @Test
    void directoriesAreListedMadeAndRemoved() {
        Cpu cpu = run(new TestProgram(100)
                .text(0, "/d")
                .text(0x40, "/d/new")
                .text(0x80, "/d/a")
                .call(Syscall.OPEN, DATA, OpenFlags.DIRECTORY)
                .call(Syscall.GETDENTS64, 0, DATA + 0x400, 0x400)
                .call(Syscall.GETDENTS64, 0, DATA + 0x200, 0x100)
                .call(Syscall.MKDIR, DATA + 0x40, 0755)
                .call(Syscall.MKDIR, DATA + 0x40, 0755)
                .call(Syscall.RMDIR, DATA)
                .call(Syscall.RMDIR, DATA + 0x40)
                .call(Syscall.NEWFSTATAT, OpenFlags.AT_FDCWD, DATA + 0x80, DATA + 0x900, 0)
                .call(Syscall.NEWFSTATAT, OpenFlags.AT_FDCWD, DATA + 0x80, DATA + 0xa00, 0x100)
                .call(Syscall.READLINK, DATA + 0x80, DATA + 0xc0, 16)
                .end());
        List<String> results = TestProgram.results(cpu);
        assertEquals(List.of("0", "EEXIST", "ENOTEMPTY", "0", "0", "0", "1"), results.subList(3, 10));
        ByteReader reader = new ByteReader(cpu.memory().readBytes(DATA + 0x400, Integer.parseInt(results.get(1))));
        List<String> names = new ArrayList<>();
        while (reader.remaining() > 0) {
            names.add(Dirent64.read(reader).name());
        }
        assertEquals(List.of(".", "..", "a", "b"), names);
        assertEquals("0", results.get(2));
        Stat file = cpu.memory().read(Stat.CODEC, DATA + 0x900);
        assertEquals(2, file.size());
        assertEquals(FileMode.REGULAR | 0755, file.mode());
        assertEquals(FileMode.LINK, cpu.memory().read(Stat.CODEC, DATA + 0xa00).mode() & FileMode.TYPE);
    }

    @Test
    void aParentReadsWhatItsChildWrites() {
        Cpu cpu = run(new TestProgram(100)
                .text(0x40, "from the child")
                .call(Syscall.PIPE2, DATA, 0)
                .step(c -> c.systemCall(Syscall.FORK))
                .step(c -> {
                    if (c.get(Gpr.RAX) == 0) {
                        c.jumpTo("child");
                    }
                })
                .call(Syscall.CLOSE, 1)
                .call(Syscall.READ, 0, DATA + 0x80, 64)
                .call(Syscall.READ, 0, DATA + 0xc0, 64)
                .end()
                .step("child", c -> c.systemCall(Syscall.WRITE, 1, DATA + 0x40, 14))
                .step(c -> c.systemCall(Syscall.EXIT_GROUP, 0)));
        assertEquals(List.of("0", "0", "14", "0"), TestProgram.results(cpu));
        assertEquals("from the child", cpu.memory().readBytes(DATA + 0x80, 14).toUtf8());
    }

    @Test
    void vforkWaitsForTheChildAndSharesItsMemory() {
        Cpu cpu = run(new TestProgram(100)
                .step(c -> c.systemCall(Syscall.VFORK))
                .step(c -> {
                    if (c.get(Gpr.RAX) == 0) {
                        c.jumpTo("child");
                    }
                })
                .keepResult()
                .call(Syscall.WAIT4, -1, DATA + 0x100, 0, 0)
                .end()
                .step("child", c -> c.memory().writeU64(DATA, 42))
                .step(c -> c.systemCall(Syscall.EXIT_GROUP, 1)));
        assertEquals(List.of("2", "2"), TestProgram.results(cpu));
        assertEquals(42, cpu.memory().readU64(DATA));
    }

    @Test
    void threadsWakeEachOther() {
        int thread = 0x100 | 0x400 | 0x1_0000;
        Cpu cpu = run(new TestProgram(100)
                .step(c -> c.systemCall(Syscall.CLONE, thread, DATA + 0x2000, 0, 0, 0))
                .step(c -> {
                    if (c.get(Gpr.RAX) == 0) {
                        c.jumpTo("thread");
                    }
                })
                .keepResult()
                .call(Syscall.FUTEX, DATA, 0, 0, 0)
                .step(c -> c.memory().writeU64(DATA + 0x10, c.memory().readU64(DATA)))
                .call(Syscall.FUTEX, DATA, 0, 0, 0)
                .end()
                .step("thread", c -> c.memory().writeU64(DATA, 9))
                .step(c -> c.memory().writeU64(DATA + 8, c.get(Gpr.RSP)))
                .step(c -> c.systemCall(Syscall.FUTEX, DATA, 1, 1))
                .step(c -> c.systemCall(Syscall.EXIT, 0)));
        assertEquals(List.of("2", "0", "EAGAIN"), TestProgram.results(cpu));
        assertEquals(9, cpu.memory().readU64(DATA + 0x10));
        assertEquals(DATA + 0x2000, cpu.memory().readU64(DATA + 8));
    }

    @Test
    void allMemoryOfChildrenComesBack() {
        TestProgram init = new TestProgram(100)
                .step("again", c -> c.systemCall(Syscall.FORK))
                .step(c -> {
                    if (c.get(Gpr.RAX) == 0) {
                        c.jumpTo("child");
                    }
                })
                .call(Syscall.WAIT4, -1, 0, 0, 0)
                .step("check", c -> {
                    if (c.memory().readU64(DATA + 0x1000) < 40) {
                        c.jumpTo("again");
                    }
                })
                .end()
                .step("child", c -> c.systemCall(Syscall.MMAP, 0, 0x10_0000, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0))
                .step(c -> c.systemCall(Syscall.EXIT_GROUP, 0));
        KernelMachine kernel = machine(init);
        kernel.machine.run(20_000, m -> kernel.lastStepOf(0).equals("test-100:check"));
        long before = freeBytes(kernel);
        KernelStubTest.runToEnd(kernel);
        assertEquals(before, freeBytes(kernel));
    }

    private static long freeBytes(KernelMachine kernel) {
        KernelState state = (KernelState) kernel.machine
                .partition()
                .state()
                .keptBy(new KernelStub().number())
                .orElseThrow();
        return state.free().stream().mapToLong(GpaRange::size).sum();
    }

    @Test
    void reservedMemoryCanBeMappedAndRamCannot() {
        KernelMachine kernel = machine(new TestProgram(100)
                .text(0, "/dev/mem")
                .call(Syscall.OPEN, DATA, OpenFlags.RDWR)
                .call(Syscall.MMAP, 0x1000_0000, 0x1000, READ_WRITE, 1 | FIXED, 0, 0xc40_0000)
                .step(c -> c.memory().writeU64(0x1000_0008, 0x1234))
                .call(Syscall.MMAP, 0, 0x1000, READ_WRITE, 1, 0, 0x900_0000)
                .call(Syscall.MUNMAP, 0x1000_0000, 0x1000)
                .end());
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        assertEquals(List.of("0", "268435456", "EPERM", "0"), TestProgram.results(cpu));
        assertEquals(0x1234, kernel.machine.physicalMemory().readU64(0xc40_0008));
    }

    @Test
    void logRecordsAreReadOneByOne() {
        KernelMachine kernel = machine(new TestProgram(100)
                .text(0, "/dev/kmsg")
                .text(0x40, "<29>target: text\n")
                .call(Syscall.OPEN, DATA, OpenFlags.RDWR | OpenFlags.NONBLOCK)
                .call(Syscall.WRITE, 0, DATA + 0x40, 17)
                .call(Syscall.READ, 0, DATA + 0x400, 0x400)
                .end());
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        assertTrue(cpu.memory().readBytes(DATA + 0x400, 24).toUtf8().matches("6,0,[0-9]+,-;Linux version.*"));
        assertTrue(kernel.console.text().toUtf8().contains("] target: text\r\n"), kernel::trouble);
    }
}
