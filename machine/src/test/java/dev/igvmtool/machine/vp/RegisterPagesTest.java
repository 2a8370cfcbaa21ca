package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.hypercall;
import static dev.igvmtool.machine.TestMachines.setRegister;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterPage;
import dev.igvmtool.abi.hv.ReturnAction;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.TwoVtls;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegisterPagesTest {
    private static final long PAGE = 0x7_1000;

    private static void prepare(Cpu cpu) {
        assertEquals(0, setRegister(cpu, 0, RegisterName.REGISTER_PAGE, PAGE | 1));
        hypercall(cpu, 0x4d, InstallInterceptInput.CODEC.toBytes(new InstallInterceptInput(-1, 3, 1, 0)));
    }

    @Test
    void higherVtlFindsAndChangesRegistersOfTheLowerOne() {
        List<Long> seen = new ArrayList<>();
        TwoVtls vtls = new TwoVtls(
                config().build(),
                RegisterPagesTest::prepare,
                cpu -> {
                    RegisterPage page = new RegisterPage(cpu.memory(), PAGE);
                    assertTrue(page.isValid());
                    assertEquals(0, page.vtl());
                    seen.add(page.get(RegisterPage.RIP));
                    seen.add(page.get(RegisterPage.GENERAL + Gpr.RSP.ordinal() * 8));
                    seen.add(page.get(RegisterPage.GENERAL + Gpr.RBX.ordinal() * 8));
                    seen.add(page.get(RegisterPage.CR3));
                    seen.add((long) page.segment(SegmentRegister.CS).selector());
                    page.set(RegisterPage.RIP, page.get(RegisterPage.RIP) + 16);
                    page.set(RegisterPage.GENERAL + Gpr.RSP.ordinal() * 8, 0x1_2340);
                    page.set(RegisterPage.GENERAL + Gpr.RBX.ordinal() * 8, 0x999);
                    page.setSegment(SegmentRegister.FS, new SegmentValue(0x5000, 0xffff, 0x18, 0xc093));
                    page.setDirty(RegisterPage.DIRTY_RIP | RegisterPage.DIRTY_GENERAL | RegisterPage.DIRTY_SEGMENTS);
                },
                cpu -> cpu.set(Gpr.RBX, 0x77),
                cpu -> cpu.readMsr(0x1234),
                cpu -> cpu.set(Gpr.R12, cpu.get(Gpr.RSP)),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(codeOf(2) + 16, 0x1_f000L, 0x77L, 0x1000L, 0x10L), seen);
        Vp vp = vtls.machine.vp(0);
        assertEquals(0x1_2340, vp.get(Gpr.R12));
        assertEquals(0x77, vp.get(Gpr.RBX), "general registers are shared anyhow; the page's is not taken");
        assertEquals(0x5000, vp.cpu().get(SegmentRegister.FS).base());
        assertFalse(new RegisterPage(vtls.machine.physicalMemory(), PAGE).isValid(), "VTL0 runs");
    }

    @Test
    void actionsAreDoneAtTheReturn() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                RegisterPagesTest::prepare,
                cpu -> {
                    cpu.memory()
                            .write(
                                    ReturnAction.CODEC,
                                    TwoVtls.ASSIST + VpAssistPage.RETURN_ACTIONS,
                                    new ReturnAction(ReturnAction.SIGNAL_EVENT, 0, 0, 2, 9));
                    TwoVtls.skipStep(cpu);
                },
                cpu -> {
                    cpu.writeMsr(0x4000_0082, 0x6_1001);
                    cpu.writeMsr(0x4000_0092, 0x55);
                },
                cpu -> cpu.readMsr(0x1234),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(2, vtls.machine.physicalMemory().readU8(0x6_1201), "flag 9 of source 2 in VTL0");
    }
}
