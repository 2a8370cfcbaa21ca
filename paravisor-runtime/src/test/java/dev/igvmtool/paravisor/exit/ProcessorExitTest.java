package dev.igvmtool.paravisor.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.mshv.TdxRunContext;
import dev.igvmtool.abi.snp.SvmExit;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.tdx.TdCall;
import dev.igvmtool.abi.tdx.VmxExit;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.partition.PartitionConfig;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Exits as processors tell them: in the save area under SNP, in registers under TDX. */
class ProcessorExitTest {
    private static final int ROUNDS = 3000;
    private static final long AREA = 0x1000;
    private static final long RUN_PAGE = 0x3000;
    private static final int EXIT_RCX = 1;
    private static final int EXIT_R8 = 5;
    private static final int EXIT_R11 = 8;

    private final Machine machine = new Machine(
            PartitionConfig.builder().ram(List.of(new GpaRange(0, 0x1_0000))).build(), new Programs(List.of()));
    private final Memory memory = machine.physicalMemory();
    private final Cpu cpu = machine.vp(0).cpu();
    private final Vmsa area = new Vmsa(memory, AREA);
    private final TdxRunContext context = new TdxRunContext(memory, RUN_PAGE);

    private Vtl0Exit ofArea(long code, long info1, long info2) {
        area.set(Vmsa.EXIT_CODE, code);
        area.set(Vmsa.EXIT_INFO_1, info1);
        area.set(Vmsa.EXIT_INFO_2, info2);
        area.set(Vmsa.RIP, 0x2000);
        area.set(Vmsa.NEXT_RIP, 0x2002);
        return SaveAreaExit.of(area, cpu);
    }

    private Vtl0Exit ofContext(long status, long qualification, long gpa, int bytes) {
        context.setExit(0, status);
        context.setExit(EXIT_RCX, qualification);
        context.setExit(EXIT_R8, gpa);
        context.setExit(EXIT_R11, (long) bytes << Integer.SIZE);
        context.guestState().setRip(0x2000);
        return TdxExit.of(context, cpu);
    }

    @Test
    void portsAreToldByBoth() {
        area.set(Gpr.RAX, 'x');
        context.guestState().set(Gpr.RAX, 'x');
        Vtl0Exit write = new Vtl0Exit.Port(0x3f8, 1, true, false, 'x', 0x2002);

        assertEquals(write, ofArea(SvmExit.IOIO, SvmExit.ioInfo(0x3f8, 1, false), 0x2002));
        assertEquals(write, ofContext(VmxExit.IO, VmxExit.ioQualification(0x3f8, 1, false), 0, 2));
        Vtl0Exit read = new Vtl0Exit.Port(0xcfc, 4, false, false, 'x', 0x2002);
        assertEquals(read, ofArea(SvmExit.IOIO, SvmExit.ioInfo(0xcfc, 4, true), 0x2002));
        assertEquals(read, ofContext(VmxExit.IO, VmxExit.ioQualification(0xcfc, 4, true), 0, 2));
    }

    @Test
    void registersAreToldByBoth() {
        area.set(Gpr.RCX, 0x4000_0020);
        area.set(Gpr.RAX, 0xffff_ffff_0000_0001L);
        area.set(Gpr.RDX, 2);
        context.guestState().set(Gpr.RCX, 0x4000_0020);
        context.guestState().set(Gpr.RAX, 0xffff_ffff_0000_0001L);
        context.guestState().set(Gpr.RDX, 2);
        Vtl0Exit write = new Vtl0Exit.Msr(0x4000_0020, true, 0x2_0000_0001L, 0x2002);

        assertEquals(write, ofArea(SvmExit.MSR, 1, 0));
        assertEquals(write, ofContext(VmxExit.WRITE_MSR, 0, 0, 2));
        assertEquals(new Vtl0Exit.Msr(0x4000_0020, false, 0x2_0000_0001L, 0x2002), ofArea(SvmExit.MSR, 0, 0));
        assertEquals(
                new Vtl0Exit.Msr(0x4000_0020, false, 0x2_0000_0001L, 0x2002), ofContext(VmxExit.READ_MSR, 0, 0, 2));
    }

    @Test
    void whatNeedsNoOperandsIsToldByBoth() {
        assertEquals(new Vtl0Exit.Halt(0x2002), ofArea(SvmExit.HLT, 0, 0));
        assertEquals(new Vtl0Exit.Halt(0x2001), ofContext(VmxExit.HLT, 0, 0, 1));
        assertEquals(new Vtl0Exit.Hypercall(0x2002), ofArea(SvmExit.VMMCALL, 0, 0));
        assertEquals(new Vtl0Exit.Hypercall(0x2003), ofContext(VmxExit.VMCALL, 0, 0, 3));
        assertEquals(new Vtl0Exit.TripleFault(0x2000), ofArea(SvmExit.SHUTDOWN, 0, 0));
        assertEquals(new Vtl0Exit.TripleFault(0x2000), ofContext(VmxExit.TRIPLE_FAULT, 0, 0, 0));
        assertEquals(new Vtl0Exit.Unsupported("VMGEXIT", 0x2000), ofArea(SvmExit.VMGEXIT, 0, 0));
        assertEquals(new Vtl0Exit.Unsupported("TDCALL", 0x2000), ofContext(VmxExit.TDCALL, 0, 0, 4));
        assertEquals(new Vtl0Exit.MemoryAccess(0x5000, 0x2000), ofArea(SvmExit.PAGE_NOT_VALIDATED, 0, 0x5000));
        assertEquals(new Vtl0Exit.MemoryAccess(0x5000, 0x2000), ofContext(VmxExit.EPT_VIOLATION, 0, 0x5000, 0));
    }

    @Test
    void anInterruptOfVtl2IsNothingToVtl0() {
        assertEquals(new Vtl0Exit.Nothing(), ofContext(TdCall.L2_EXIT_PENDING_INTERRUPT | 1, 0, 0, 0));
        assertEquals(new Vtl0Exit.Nothing(), ofContext(TdCall.PENDING_INTERRUPT, 0, 0, 0));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(FormatException.class, () -> ofArea(SvmExit.INVALID, 0, 0));
        assertThrows(FormatException.class, () -> ofContext(TdCall.invalid(TdCall.OPERAND_RDX), 0, 0, 0));
        assertThrows(FormatException.class, () -> ofContext(0, 0, 0, 0));
    }

    /** Both are memory: anything may stand there. */
    @Test
    void randomContentNeverFailsOtherwise() {
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] content = new byte[0x1000];
            random.nextBytes(content);
            memory.writeBytes(AREA, Bytes.of(content));
            memory.writeBytes(RUN_PAGE, Bytes.of(content));
            if (random.nextInt(4) > 0) {
                area.set(Vmsa.EXIT_CODE, 0x60 + random.nextInt(0x30));
                memory.writeU64(RUN_PAGE + RunPage.CPU_CONTEXT, random.nextInt(80));
            }
            refused += fails(() -> SaveAreaExit.of(area, cpu)) + fails(() -> TdxExit.of(context, cpu));
        }
        assertTrue(refused > 0 && refused < 2 * ROUNDS, refused + " of " + 2 * ROUNDS);
    }

    private static int fails(Supplier<Vtl0Exit> reader) {
        try {
            assertNotNull(new ExitHandler(GuestDevices.RESET).handle(reader.get()));
            return 0;
        } catch (FormatException e) {
            return 1;
        }
    }
}
