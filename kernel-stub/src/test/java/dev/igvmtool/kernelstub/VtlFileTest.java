package dev.igvmtool.kernelstub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.linux.OpenFlags;
import dev.igvmtool.abi.linux.Syscall;
import dev.igvmtool.abi.mshv.MshvIoctl;
import dev.igvmtool.abi.mshv.PvalidateArgument;
import dev.igvmtool.abi.mshv.RmpadjustArgument;
import dev.igvmtool.abi.mshv.TdcallArgument;
import dev.igvmtool.abi.snp.RmpAdjust;
import dev.igvmtool.abi.tdx.GpaAttributes;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.TdxField;
import dev.igvmtool.abi.tdx.VmcsField;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.memory.PartitionMemory;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests of the VTL file that only guests have which are isolated by hardware. */
class VtlFileTest {
    private static final long DATA = TestProgram.DATA;
    private static final long ARGUMENT = DATA + 0x400;
    private static final int VTL_FILE = 1;
    private static final int SHARED = 1;
    private static final int READ_WRITE = 3;
    private static final int VMPL = 2;
    /** Memory of VTL0, which the test takes from it before. */
    private static final long PAGES = 0x400;

    private static KernelMachine machine(Isolation isolation, TestProgram init) {
        KernelMachine kernel = KernelMachine.builder()
                .isolation(isolation)
                .program(init)
                .initrd(new CpioArchive()
                        .directory("dev")
                        .file("underhill-init", init.elf())
                        .build())
                .build();
        kernel.machine.partition().memory().setPageState(PAGES, 2 * PAGES, PageState.UNACCEPTED);
        return kernel;
    }

    /** A program that has opened the file: three results. */
    private static TestProgram program() {
        return new TestProgram(100)
                .text(0, "devtmpfs")
                .text(0x40, "/dev")
                .text(0x80, "/dev/mshv")
                .call(Syscall.MOUNT, DATA, DATA + 0x40, DATA, 0, 0)
                .call(Syscall.OPEN, DATA + 0x80, OpenFlags.RDWR)
                .call(Syscall.IOCTL, 0, Integer.toUnsignedLong(MshvIoctl.CREATE_VTL), ARGUMENT);
    }

    private static void ioctl(TestProgram program, int request) {
        program.call(Syscall.IOCTL, VTL_FILE, Integer.toUnsignedLong(request), ARGUMENT);
    }

    private static void pvalidate(TestProgram program, PvalidateArgument argument) {
        program.step(cpu -> cpu.memory().write(PvalidateArgument.CODEC, ARGUMENT, argument));
        ioctl(program, MshvIoctl.PVALIDATE);
    }

    private static void tdcall(TestProgram program, int leaf, long rcx, long rdx, long r8) {
        program.step(
                cpu -> cpu.memory().write(TdcallArgument.CODEC, ARGUMENT, new TdcallArgument(leaf, rcx, rdx, r8, -1)));
        ioctl(program, MshvIoctl.TDCALL);
        // The status stands in the argument.
        program.step(cpu -> cpu.set(Gpr.RAX, cpu.memory().readU64(ARGUMENT))).keepResult();
    }

    @Test
    void pagesOfAnSnpGuestAreValidatedOnceAndGivenToVtl0() {
        TestProgram program = program();
        pvalidate(program, new PvalidateArgument(PAGES, PAGES, true));
        pvalidate(program, new PvalidateArgument(PAGES, 3, true));
        pvalidate(program, new PvalidateArgument(PAGES + 1, 1, false));
        pvalidate(program, new PvalidateArgument(-1, 1, true));
        pvalidate(program, new PvalidateArgument(PAGES, 0, true));
        pvalidate(program, new PvalidateArgument(1L << 39, 1L << 40, true));
        program.step(cpu -> cpu.memory()
                .write(
                        RmpadjustArgument.CODEC,
                        ARGUMENT,
                        new RmpadjustArgument(PAGES + 2, PAGES - 2, VMPL | RmpAdjust.ALL)));
        ioctl(program, MshvIoctl.RMPADJUST);
        ioctl(program, MshvIoctl.TDCALL);
        KernelMachine kernel = machine(Isolation.SNP, program.end());
        Cpu cpu = KernelStubTest.runToEnd(kernel);

        assertEquals(
                List.of("0", "0", "1", "0", "EIO", "0", "EINVAL", "EINVAL", "EINVAL", "0", "EINVAL"),
                TestProgram.results(cpu));
        PartitionMemory memory = kernel.machine.partition().memory();
        assertEquals(PageState.ACCEPTED, memory.pageState(PAGES));
        assertEquals(PageState.UNACCEPTED, memory.pageState(PAGES + 1));
        assertEquals(0, memory.allowed(0, PAGES));
        assertTrue(memory.allowed(0, PAGES + 2) != 0);
        assertTrue(memory.allowed(0, 2 * PAGES - 1) != 0);
        assertEquals(0, memory.allowed(0, 2 * PAGES));
    }

    @Test
    void aTrustDomainCallsItsModuleForPagesAndFieldsOnly() {
        long all = GpaAttributes.of(1, GpaAttributes.VALID | GpaAttributes.ALL);
        TestProgram program = program();
        tdcall(program, TdCall.MEM_PAGE_ACCEPT, PAGES << 12, 0, 0);
        tdcall(program, TdCall.MEM_PAGE_ACCEPT, PAGES << 12, 0, 0);
        tdcall(program, TdCall.MEM_PAGE_ATTR_WR, PAGES << 12, all, 0);
        tdcall(program, TdCall.VP_WR, 0, TdxField.vmcs(1, VmcsField.CR3), 0x1000);
        tdcall(program, TdCall.VP_VMCALL, 0, 0, 0);
        tdcall(program, TdCall.VP_ENTER, 0, 0, 0);
        ioctl(program, MshvIoctl.PVALIDATE);
        KernelMachine kernel = machine(Isolation.TDX, program.end());
        Cpu cpu = KernelStubTest.runToEnd(kernel);

        assertEquals(
                List.of(
                        "0",
                        "0",
                        "1",
                        "0",
                        "0",
                        "0",
                        Long.toString(TdCall.PAGE_ALREADY_ACCEPTED),
                        "0",
                        "0",
                        "0",
                        "0",
                        "EINVAL",
                        "0",
                        "EINVAL",
                        "25",
                        "EINVAL"),
                TestProgram.results(cpu));
        assertTrue(kernel.machine.partition().memory().allowed(0, PAGES) != 0);
        assertEquals(0x1000, kernel.machine.vp(0).state().vtl(0).cr3);
    }

    @Test
    void eachPlatformHasItsOwnPageForTheLowerVtl() {
        for (Isolation isolation : new Isolation[] {Isolation.NONE, Isolation.SNP, Isolation.TDX}) {
            TestProgram program = program();
            for (long kind : new long[] {MshvIoctl.SAVE_AREA_OFFSET, MshvIoctl.APIC_PAGE_OFFSET}) {
                program.call(Syscall.MMAP, 0x1000_0000, 0x1000, READ_WRITE, SHARED | 0x10, VTL_FILE, kind << 12);
            }
            // Nothing is entered without a run page.
            ioctl(program, MshvIoctl.RETURN_TO_LOWER_VTL);
            Cpu cpu = KernelStubTest.runToEnd(machine(isolation, program.end()));

            String mapped = Long.toString(0x1000_0000);
            assertEquals(
                    List.of(
                            "0",
                            "0",
                            "1",
                            isolation == Isolation.SNP ? mapped : "EINVAL",
                            isolation == Isolation.TDX ? mapped : "EINVAL",
                            "EINVAL"),
                    TestProgram.results(cpu),
                    isolation.toString());
        }
    }
}
