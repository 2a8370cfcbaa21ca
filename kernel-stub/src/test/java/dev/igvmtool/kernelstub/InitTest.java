package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.init.Init;
import dev.igvmtool.machine.StopReason;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Program;
import dev.igvmtool.machine.guest.StageImage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real first process on the kernel, with a small program in the place of the paravisor. */
class InitTest {
    private static final int LIMIT = 200_000;

    static CpioArchive ramDisk(Program paravisor) {
        return new CpioArchive()
                .link("bin", "/usr/bin")
                .link("sbin", "/usr/sbin")
                .directory("dev")
                .directory("dev/pts")
                .directory("etc")
                .directory("proc")
                .directory("root")
                .directory("run")
                .directory("sys")
                .directory("tmp")
                .directory("usr")
                .directory("usr/bin")
                .directory("usr/sbin")
                .directory("lib")
                .directory("lib/modules")
                .directory("lib/modules/999")
                .directory("lib/modules/000")
                .file("lib/modules/999/hv_storvsc.ko", Bytes.utf8("storage"))
                .file("lib/modules/000/pci-hyperv-intf.ko", Bytes.utf8("pci"))
                .character("dev/null", 1, 3)
                .character("dev/kmsg", 1, 11)
                .character("dev/ttyprintk", 5, 3)
                .link("dev/console", "/dev/ttyprintk")
                .file("bin/openvmm_hcl", StageImage.elf(paravisor))
                .file("underhill-init", StageImage.elf(new Init()));
    }

    private static KernelMachine start(TestProgram paravisor, String commandLine) {
        return KernelMachine.builder()
                .commandLine(commandLine)
                .program(new Init())
                .program(paravisor)
                .initrd(ramDisk(paravisor).build())
                .build();
    }

    @Test
    void startsTheParavisorAsAChild() {
        TestProgram paravisor = new TestProgram(101).call(Syscall.GETPID).end();
        KernelMachine kernel = start(paravisor, KernelMachine.COMMAND_LINE + " -- -- --option");
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        assertEquals(List.of("2"), TestProgram.results(cpu));
        long rsp = cpu.get(Gpr.RSP);
        List<String> arguments = texts(cpu, rsp + 8);
        assertEquals(List.of("/bin/openvmm_hcl", "--pid", "/run/underhill.pid", "--option"), arguments);
        List<String> environment = texts(cpu, rsp + 8 + (arguments.size() + 1) * 8L);
        assertEquals(
                List.of("HOME=/", "TERM=linux", "OPENHCL_NVME_VFIO=1", "MIMALLOC_ARENA_EAGER_COMMIT=0"),
                environment.subList(0, 4));
        assertTrue(environment.get(4).matches("KERNEL_BOOT_TIME=[0-9]+"), environment.toString());
        String console = kernel.console.text().toUtf8();
        assertTrue(console.contains("write to /proc/sys/kernel/threads-max: 32768"), console);
        assertTrue(console.contains("write to /proc/sys/vm/watermark_boost_factor: 0"), console);
        assertTrue(console.contains("write to /sys/bus/pci/drivers/vfio-pci/new_id: ffffffff"), console);
        assertTrue(console.contains("random: 8 bytes added, 64 bits credited"), console);
        int first = console.indexOf("module pci_hyperv_intf loaded");
        int second = console.indexOf("module hv_storvsc loaded: storvsc_ringbuffer_size=0x8000");
        assertTrue(first > 0 && second > first, console);
    }

    @Test
    void removesTheModulesAndHasTheTreesMounted() {
        TestProgram paravisor = new TestProgram(101)
                .text(0, "/lib/modules")
                .text(0x40, "/sys/firmware/fdt")
                .text(0x80, "/proc/device-tree/openhcl/isolation-type")
                .text(0xc0, "/sys/devices/system/cpu/online")
                .text(0x100, "/dev/mshv")
                .call(Syscall.OPEN, TestProgram.DATA, OpenFlags.RDONLY)
                .call(Syscall.OPEN, TestProgram.DATA + 0x40, OpenFlags.RDONLY)
                .call(Syscall.READ, 3, TestProgram.DATA + 0x200, 4)
                .call(Syscall.OPEN, TestProgram.DATA + 0x80, OpenFlags.RDONLY)
                .call(Syscall.READ, 4, TestProgram.DATA + 0x210, 16)
                .call(Syscall.OPEN, TestProgram.DATA + 0xc0, OpenFlags.RDONLY)
                .call(Syscall.READ, 5, TestProgram.DATA + 0x220, 16)
                .call(Syscall.OPEN, TestProgram.DATA + 0x100, OpenFlags.RDWR)
                .end();
        Cpu cpu = KernelStubTest.runToEnd(start(paravisor, KernelMachine.COMMAND_LINE));
        assertEquals(List.of("ENOENT", "3", "4", "4", "5", "5", "2", "6"), TestProgram.results(cpu));
        assertEquals(
                "d00dfeed", cpu.memory().readBytes(TestProgram.DATA + 0x200, 4).toHex());
        assertEquals(
                "none\0", cpu.memory().readBytes(TestProgram.DATA + 0x210, 5).toUtf8());
        assertEquals("0\n", cpu.memory().readBytes(TestProgram.DATA + 0x220, 2).toUtf8());
    }

    @Test
    void filtersDiagnosticsOfConfidentialVms() {
        TestProgram paravisor = new TestProgram(101).end();
        KernelMachine kernel = start(paravisor, KernelMachine.COMMAND_LINE + " OPENHCL_CONFIDENTIAL=1");
        KernelStubTest.runToEnd(kernel);
        String console = kernel.console.text().toUtf8();
        assertTrue(console.contains("write to /proc/sys/kernel/core_pattern: \r\n"), console);
        assertFalse(console.contains("credited"), console);
    }

    @Test
    void endsWithTheStatusOfTheParavisor() {
        TestProgram paravisor = new TestProgram(101).call(Syscall.EXIT_GROUP, 5);
        KernelMachine kernel = start(paravisor, KernelMachine.COMMAND_LINE);
        assertEquals(StopReason.IDLE, kernel.machine.run(LIMIT), kernel::trouble);
        String console = kernel.console.text().toUtf8();
        assertTrue(console.contains("underhill_init: /bin/openvmm_hcl has ended, status 0x500"), console);
        assertTrue(console.contains("Attempted to kill init! exitcode=0x00000500"), console);
    }

    @Test
    void setupScriptsSetVariables() {
        TestProgram shell = new TestProgram(102)
                .text(0, "noise\nFOO=bar\nX=1=2\n")
                .call(Syscall.WRITE, 1, TestProgram.DATA, 20)
                .call(Syscall.EXIT_GROUP, 0);
        TestProgram paravisor = new TestProgram(101).end();
        KernelMachine kernel = KernelMachine.builder()
                .commandLine(KernelMachine.COMMAND_LINE + " -- --setup-script=whatever")
                .program(new Init())
                .program(paravisor)
                .program(shell)
                .initrd(ramDisk(paravisor).file("bin/sh", shell.elf()).build())
                .build();
        Cpu cpu = KernelStubTest.runToEnd(kernel);
        List<String> environment = texts(cpu, cpu.get(Gpr.RSP) + 8 + 4 * 8);
        assertEquals(List.of("FOO=bar", "X=1=2"), environment.subList(4, 6));
    }

    private static List<String> texts(Cpu cpu, long start) {
        List<String> texts = new ArrayList<>();
        for (long at = start; cpu.memory().readU64(at) != 0; at += 8) {
            StringBuilder text = new StringBuilder();
            for (long c = cpu.memory().readU64(at); cpu.memory().readU8(c) != 0; c++) {
                text.append((char) cpu.memory().readU8(c));
            }
            texts.add(text.toString());
        }
        return texts;
    }
}
