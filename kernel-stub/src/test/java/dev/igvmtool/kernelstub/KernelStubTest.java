package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.PartitionState;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelStubTest {
    private static final int LIMIT = 50_000;

    @Test
    void panicsWithoutInitrd() {
        KernelMachine kernel = KernelMachine.builder().build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);
        assertConsole(kernel, "Kernel panic - not syncing: No working init found");
    }

    @Test
    void keepsTheReasonOfAnEarlyEndForThoseWhoLookFromOutside() {
        KernelMachine kernel = KernelMachine.builder().build();
        kernel.machine.physicalMemory().writeU8(KernelMachine.ZERO_PAGE + 0x1ef, 0xff);
        kernel.machine.run(1000);
        Record kept = kernel.machine
                .partition()
                .state()
                .keptBy(new KernelStub().number())
                .orElseThrow();
        assertEquals(
                "0,0,0,-;Kernel panic - not syncing: zero page at 0x86c2000 has sentinel 0xff, expected 0:"
                        + " the loader has not cleared it\n",
                KernelMessages.of(kept, kernel.machine.physicalMemory()));
    }

    @Test
    void panicsOnDamagedInitrd() {
        KernelMachine kernel =
                KernelMachine.builder().initrd(Bytes.utf8("not a cpio archive")).build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);
        assertConsole(kernel, "Kernel panic - not syncing: an archive starts with byte 0x6e");
    }

    @Test
    void startsTheFirstProcessWithArgumentsAndEnvironment() {
        TestProgram init = new TestProgram(100).end();
        KernelMachine kernel = KernelMachine.builder()
                .commandLine(KernelMachine.COMMAND_LINE + " -- --first \"two words\"")
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        Cpu cpu = runToEnd(kernel);
        long rsp = cpu.get(Gpr.RSP);
        assertEquals(0, rsp % 16);
        assertEquals(List.of("/underhill-init", "--first", "\"two words\""), texts(cpu, rsp + 8));
        assertEquals(
                List.of("HOME=/", "TERM=linux", "OPENHCL_NVME_VFIO=1", "MIMALLOC_ARENA_EAGER_COMMIT=0"),
                texts(cpu, rsp + 8 + 4 * 8));
    }

    @Test
    void filesLiveThroughWritingReadingAndRemoval() {
        TestProgram init = new TestProgram(100)
                .text(0, "/run/x")
                .text(0x40, "hello")
                .call(Syscall.OPEN, TestProgram.DATA, OpenFlags.RDWR | OpenFlags.CREAT, 0644)
                .call(Syscall.WRITE, 0, TestProgram.DATA + 0x40, 5)
                .call(Syscall.LSEEK, 0, 1, 0)
                .call(Syscall.READ, 0, TestProgram.DATA + 0x80, 100)
                .call(Syscall.READ, 0, TestProgram.DATA + 0x80, 100)
                .call(Syscall.UNLINK, TestProgram.DATA)
                .call(Syscall.OPEN, TestProgram.DATA, 0)
                .call(Syscall.READ, 0, 0x1000, 1)
                .call(Syscall.CLOSE, 0)
                .call(Syscall.CLOSE, 0)
                .end();
        KernelMachine kernel = KernelMachine.builder()
                .program(init)
                .initrd(new CpioArchive()
                        .directory("run")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
        Cpu cpu = runToEnd(kernel);
        assertEquals(List.of("0", "5", "1", "4", "0", "0", "ENOENT", "EFAULT", "0", "EBADF"), TestProgram.results(cpu));
        assertEquals("ello", cpu.memory().readBytes(TestProgram.DATA + 0x80, 4).toUtf8());
    }

    @Test
    void childrenRunAndAreReaped() {
        TestProgram child = new TestProgram(101).call(Syscall.EXIT_GROUP, 7);
        TestProgram init = new TestProgram(100)
                .text(0, "/child")
                .step(cpu -> cpu.systemCall(Syscall.FORK))
                .step(cpu -> {
                    if (cpu.get(Gpr.RAX) == 0) {
                        cpu.jumpTo("child");
                    }
                })
                .keepResult()
                .call(Syscall.WAIT4, -1, TestProgram.DATA + 0x100, 0, 0)
                .call(Syscall.WAIT4, -1, TestProgram.DATA + 0x100, 0, 0)
                .end()
                .step("child", cpu -> cpu.systemCall(Syscall.EXECVE, TestProgram.DATA, 0, 0));
        KernelMachine kernel = KernelMachine.builder()
                .program(init)
                .program(child)
                .initrd(new CpioArchive()
                        .file("underhill-init", init.elf())
                        .file("child", child.elf())
                        .build())
                .build();
        Cpu cpu = runToEnd(kernel);
        assertEquals(List.of("2", "2", "ECHILD"), TestProgram.results(cpu));
        assertEquals(0x700, cpu.memory().readU32(TestProgram.DATA + 0x100));
    }

    @Test
    void aFaultingChildEndsWithItsSignal() {
        TestProgram init = new TestProgram(100)
                .step(cpu -> cpu.systemCall(Syscall.FORK))
                .step(cpu -> {
                    if (cpu.get(Gpr.RAX) == 0) {
                        cpu.memory().writeU8(0x1234, 1);
                    }
                })
                .call(Syscall.WAIT4, -1, TestProgram.DATA + 0x100, 0, 0)
                .end();
        KernelMachine kernel = KernelMachine.builder()
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        Cpu cpu = runToEnd(kernel);
        assertEquals(11, cpu.memory().readU32(TestProgram.DATA + 0x100));
    }

    @Test
    void theEndOfTheFirstProcessIsAPanic() {
        TestProgram init = new TestProgram(100).call(Syscall.EXIT_GROUP, 3);
        KernelMachine kernel = KernelMachine.builder()
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);
        assertConsole(kernel, "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300");
        long[] crash = kernel.machine.partition().state().crash;
        int first = PartitionState.crashIndex(2, 0);
        assertEquals(3L << 62, crash[first + 5]);
        Bytes text = kernel.machine.physicalMemory().readBytes(crash[first + 3], (int) crash[first + 4]);
        assertTrue(text.toUtf8().endsWith("Attempted to kill init! exitcode=0x00000300\n"), text::toUtf8);
    }

    @Test
    void bringsUpAllProcessorsWithoutBootCpus() {
        TestProgram init = new TestProgram(100).end();
        KernelMachine kernel = KernelMachine.builder()
                .vps(4)
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        runToEnd(kernel);
        assertConsole(kernel, "smp: Brought up 4 of 4 CPUs");
    }

    @Test
    void bringsUpOnlyTheBootCpus() {
        TestProgram init = new TestProgram(100).end();
        KernelMachine kernel = KernelMachine.builder()
                .vps(4)
                .commandLine(KernelMachine.COMMAND_LINE + " boot_cpus=0,2")
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        runToEnd(kernel);
        assertConsole(kernel, "smp: Brought up 2 of 4 CPUs");
    }

    @Test
    void aProcessMovesToAnotherProcessor() {
        TestProgram init = new TestProgram(100)
                .step(cpu -> cpu.memory().writeU64(TestProgram.DATA, 1 << 2))
                .call(Syscall.SCHED_SETAFFINITY, 0, 8, TestProgram.DATA)
                .step("moved", cpu -> cpu.memory().writeU64(TestProgram.DATA + 8, cpu.rip()))
                .end();
        KernelMachine kernel = KernelMachine.builder()
                .vps(4)
                .program(init)
                .initrd(new CpioArchive().file("underhill-init", init.elf()).build())
                .build();
        StopReason reason =
                kernel.machine.run(LIMIT, machine -> kernel.lastStepOf(2).equals("test-100:end"));
        assertEquals(StopReason.CONDITION, reason, kernel::trouble);
        assertEquals(List.of("0"), TestProgram.results(kernel.machine.vp(2).cpu()));
    }

    private static TestProgram startsCpu1() {
        return new TestProgram(100)
                .text(0, "/sys")
                .text(0x40, "sysfs")
                .text(0x80, "/sys/devices/system/cpu/cpu1/online")
                .text(0xc0, "1")
                .text(0x100, "/sys/devices/system/cpu/online")
                .call(Syscall.MOUNT, TestProgram.DATA + 0x40, TestProgram.DATA, TestProgram.DATA + 0x40, 0, 0)
                .call(Syscall.OPEN, TestProgram.DATA + 0x80, OpenFlags.WRONLY)
                .call(Syscall.WRITE, 0, TestProgram.DATA + 0xc0, 1)
                .call(Syscall.WRITE, 0, TestProgram.DATA + 0xc0, 1)
                .call(Syscall.OPEN, TestProgram.DATA + 0x100, OpenFlags.RDONLY)
                .call(Syscall.READ, 1, TestProgram.DATA + 0x140, 16)
                .end();
    }

    @Test
    void aProcessorComesOnlineByOrder() {
        TestProgram init = startsCpu1();
        KernelMachine kernel = KernelMachine.builder()
                .vps(2)
                .commandLine(KernelMachine.COMMAND_LINE + " boot_cpus=0")
                .program(init)
                .initrd(new CpioArchive()
                        .directory("sys")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
        Cpu cpu = runToEnd(kernel);
        assertEquals(List.of("0", "0", "1", "1", "1", "4"), TestProgram.results(cpu));
        assertEquals(
                "0-1\n", cpu.memory().readBytes(TestProgram.DATA + 0x140, 4).toUtf8());
    }

    @Test
    void theSidecarIsAskedToLeaveAProcessorFirst() {
        TestProgram init = startsCpu1();
        BootTree.SidecarNode node = new BootTree.SidecarNode(0xc40_0000, GpaRange.ofSize(0xc40_1000, 2 * 0x2000));
        KernelMachine kernel = KernelMachine.builder()
                .vps(2)
                .sidecarNodes(List.of(node))
                .commandLine(KernelMachine.COMMAND_LINE + " boot_cpus=0")
                .program(init)
                .initrd(new CpioArchive()
                        .directory("sys")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
        ControlPage control = new ControlPage(kernel.machine.physicalMemory(), node.controlPage());
        control.setCpuCount(2);
        control.setRequestVector(0x20);
        control.setStatus(1, CpuStatus.IDLE);
        kernel.machine.run(
                LIMIT,
                machine -> control.status(1).filter(CpuStatus.REMOVE::equals).isPresent());
        assertEquals(0xf4, control.responseVector());
        kernel.machine.run(100);
        assertEquals("kernel-stub:free-processor", kernel.lastStepOf(0), kernel::trouble);
        control.setStatus(1, CpuStatus.REMOVED);
        assertEquals("4", TestProgram.results(runToEnd(kernel)).get(5), kernel::trouble);
    }

    static Cpu runToEnd(KernelMachine kernel) {
        StopReason reason =
                kernel.machine.run(LIMIT, machine -> kernel.lastStepOf(0).endsWith(":end"));
        assertEquals(StopReason.CONDITION, reason, kernel::trouble);
        return kernel.machine.vp(0).cpu();
    }

    private static List<String> texts(Cpu cpu, long start) {
        java.util.ArrayList<String> texts = new java.util.ArrayList<>();
        for (long at = start; cpu.memory().readU64(at) != 0; at += 8) {
            StringBuilder text = new StringBuilder();
            for (long c = cpu.memory().readU64(at); cpu.memory().readU8(c) != 0; c++) {
                text.append((char) cpu.memory().readU8(c));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static void assertConsole(KernelMachine kernel, String text) {
        assertTrue(kernel.console.text().toUtf8().contains(text), kernel::trouble);
    }
}
