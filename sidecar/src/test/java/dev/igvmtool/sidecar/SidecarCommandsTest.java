package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.InterceptType;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.RegistersHeader;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.abi.sidecar.TranslateRequest;
import dev.igvmtool.abi.sidecar.TranslateResult;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.partition.PartitionState;
import dev.igvmtool.machine.vp.RunState;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SidecarCommandsTest {
    private static final int VP = 2;
    private static final int VTL0 = TargetVtl.explicit(0).value();

    private final TestPartition test = new TestPartition(4, TestPartition.nodes(1, 4));

    @BeforeEach
    void startSidecar() {
        assertTrue(test.start());
        test.settle();
        test.partition().state().vsmPartitionConfig[2] = VsmPartitionConfig.INTERCEPT_PAGE;
        test.partition().state().intercepts = List.of(new PartitionState.InstalledIntercept(
                2, InterceptType.IO_PORT, InterceptType.ACCESS_WRITE, GuestProgram.PORT));
    }

    @Test
    void noneOnlyShowsThatTheVpLives() {
        test.controlPage(0).setResponseCpu(0);
        test.controlPage(0).setResponseVector(0x31);
        CommandPage page = test.run(VP, SidecarCommand.NONE);
        assertFalse(page.hasError());
        test.settle();
        assertTrue(test.controlPage(0).needsAttention());
        List<MachineEvent.MsrWrite> writes = test.msrWrites(VP);
        assertEquals(new MachineEvent.MsrWrite(VP, 2, Msr.X2APIC_EOI, 0), writes.get(writes.size() - 2));
        assertEquals(new MachineEvent.MsrWrite(VP, 2, Msr.X2APIC_ICR, 0x31), writes.get(writes.size() - 1));
    }

    @Test
    void unknownCommandIsAnErrorWithoutTouchingTheRequest() {
        CommandPage page = test.commandPage(VP);
        test.memory().writeU64(page.requestData(), 0x1234_5678L);
        test.memory().writeU32(page.address(), 77);
        test.setStatus(VP, CpuStatus.RUN);
        test.runUntil(() -> test.status(VP) == CpuStatus.IDLE);
        assertTrue(page.hasError());
        assertTrue(page.error().contains("77"), page.error());
        assertEquals(0, page.commandNumber());
        assertEquals(0x1234_5678L, test.memory().readU64(page.requestData()));
        assertFalse(test.run(VP, SidecarCommand.NONE).hasError());
    }

    @Test
    void registersThatAreSetAreReadBack() {
        setRegisters(
                VTL0,
                new RegisterAssociation(RegisterName.RIP, RegisterValue.of(0x1000)),
                new RegisterAssociation(RegisterName.MTRR_PHYS_MASK0 + 3, RegisterValue.of(0xf_f000_0800L)),
                new RegisterAssociation(RegisterName.DR0 + 1, RegisterValue.of(0x77)),
                new RegisterAssociation(
                        RegisterName.ES + 1, RegisterValue.of(new SegmentValue(0, -1L >>> 32, 8, 0xa09b))));
        List<RegisterAssociation> values = getRegisters(
                VTL0, RegisterName.ES + 1, RegisterName.DR0 + 1, RegisterName.MTRR_PHYS_MASK0 + 3, RegisterName.RIP);
        assertEquals(
                new SegmentValue(0, -1L >>> 32, 8, 0xa09b),
                values.get(0).value().segment());
        assertEquals(0x77, values.get(1).value().low());
        assertEquals(0xf_f000_0800L, values.get(2).value().low());
        assertEquals(0x1000, values.get(3).value().low());
        assertEquals(0x77, test.partition().vp(VP).state().debugRegisters[1]);
    }

    @Test
    void targetVtlZeroMeansTheSidecarsOwn() {
        List<RegisterAssociation> values = getRegisters(TargetVtl.CURRENT.value(), RegisterName.CR3);
        assertEquals(
                new NodeLayout(TestPartition.NODES, 0, 4).vp(VP).pml4(),
                values.get(0).value().low());
    }

    @Test
    void firstRegisterThatFailsEndsTheCommand() {
        writeRequest(
                VTL0,
                new RegisterAssociation(RegisterName.RIP, RegisterValue.of(0x2000)),
                new RegisterAssociation(0x7777_7777, RegisterValue.of(0)),
                new RegisterAssociation(RegisterName.RFLAGS, RegisterValue.of(0x202)));
        CommandPage page = test.run(VP, SidecarCommand.SET_VP_REGISTERS);
        assertFalse(page.hasError());
        RegistersHeader header = test.memory().read(RegistersHeader.CODEC, page.requestData());
        assertTrue(header.status() != HvStatus.SUCCESS);
        assertEquals(0x2000, test.partition().vp(VP).state().vtl(0).rip);
        assertEquals(2, test.partition().vp(VP).state().vtl(0).rflags);
    }

    @Test
    void moreThanThirtyOneRegistersAreRefused() {
        test.memory().write(RegistersHeader.CODEC, test.commandPage(VP).requestData(), new RegistersHeader(32, VTL0));
        CommandPage page = test.run(VP, SidecarCommand.GET_VP_REGISTERS);
        assertTrue(page.hasError());
        assertTrue(page.error().startsWith("invalid count"), page.error());
    }

    @Test
    void translationGoesThroughTheTablesOfVtl0() {
        prepareGuest();
        CommandPage page = test.commandPage(VP);
        long flags = TranslateVirtualAddressInput.VALIDATE_READ | (long) VTL0 << 56;
        test.memory()
                .write(
                        TranslateRequest.CODEC,
                        page.requestData(),
                        new TranslateRequest(TestPartition.GUEST >> 12, flags));
        test.run(VP, SidecarCommand.TRANSLATE_GVA);
        TranslateResult result = test.memory().read(TranslateResult.CODEC, page.requestData());
        assertEquals(HvStatus.SUCCESS, result.status());
        assertEquals(0, result.output().u32(0));
        assertEquals(TestPartition.GUEST >> 12, result.output().u64(TranslateResult.GPA_PAGE));
    }

    @Test
    void runningVtl0EndsWithItsIntercept() {
        prepareGuest();
        CommandPage page = test.commandPage(VP);
        page.setGpr(Gpr.RCX, 40);
        page.setGpr(Gpr.R15, 2);
        page.setCr2(0xbeef_0000L);
        Bytes fxState = fxState();
        test.memory().writeBytes(page.address() + CommandPage.FX_STATE, fxState);
        test.run(VP, SidecarCommand.RUN_VP);
        assertFalse(page.hasError());
        assertEquals(1, test.memory().readU8(page.requestData()));
        assertEquals(42, page.gpr(Gpr.RAX));
        assertEquals(0xbeef_0000L, page.gpr(Gpr.RBX));
        assertEquals(0xfeed_0000L, page.cr2());
        assertEquals(
                fxState.slice(0xa0, 256), test.memory().readBytes(page.address() + CommandPage.FX_STATE + 0xa0, 256));
        HvMessage message = HvMessage.CODEC.read(page.interceptMessage());
        assertEquals(MessageType.IO_PORT, message.type());
        IoPortIntercept intercept = IoPortIntercept.CODEC.read(message.payload());
        assertEquals(GuestProgram.PORT, intercept.port());
        assertEquals(42, intercept.rax() & 0xff);
        assertEquals(VP, intercept.header().vpIndex());
        assertEquals(TestPartition.GUEST + 0x10, intercept.header().rip());
    }

    @Test
    void overlaysAreMappedOnceAndTheGuestGoesOnWhereItWas() {
        prepareGuest();
        test.run(VP, SidecarCommand.RUN_VP);
        List<RegisterAssociation> rip = getRegisters(VTL0, RegisterName.RIP);
        setRegisters(
                VTL0,
                new RegisterAssociation(
                        RegisterName.RIP, RegisterValue.of(rip.get(0).value().low() - 0x10)));
        test.commandPage(VP).setGpr(Gpr.RCX, 7);
        test.run(VP, SidecarCommand.RUN_VP);
        assertEquals(7, test.commandPage(VP).gpr(Gpr.RAX));
        List<String> timeline = test.timeline(VP);
        assertEquals(1, timeline.stream().filter("C22"::equals).count());
        assertEquals(2, timeline.stream().filter("C24"::equals).count());
    }

    @Test
    void aVtlCallIsAnErrorThatLeavesTheRequestAlone() {
        prepareGuest();
        setRegisters(VTL0, new RegisterAssociation(RegisterName.RIP, RegisterValue.of(TestPartition.GUEST + 0x30)));
        CommandPage page = test.commandPage(VP);
        test.memory().writeU8(page.requestData(), 0x5a);
        test.run(VP, SidecarCommand.RUN_VP);
        assertTrue(page.hasError());
        assertTrue(page.error().contains("entry reason 1"), page.error());
        assertEquals(0x5a, test.memory().readU8(page.requestData()));
    }

    @Test
    void thirtyOneRegistersAreRead() {
        int[] names = new int[31];
        Arrays.fill(names, RegisterName.RFLAGS);
        getRegisters(VTL0, names)
                .forEach(register -> assertEquals(2, register.value().low()));
    }

    @Test
    void aTranslationThatTheHypervisorRefusesLeavesZeros() {
        CommandPage page = test.commandPage(VP);
        test.memory().write(TranslateRequest.CODEC, page.requestData(), new TranslateRequest(1, 0x1fL << 56));
        test.run(VP, SidecarCommand.TRANSLATE_GVA);
        TranslateResult result = test.memory().read(TranslateResult.CODEC, page.requestData());
        assertFalse(page.hasError());
        assertTrue(result.status() != HvStatus.SUCCESS);
        assertTrue(result.output().isZero());
    }

    @Test
    void stopEndsARunThatHasNoIntercept() {
        prepareGuest();
        setRegisters(VTL0, new RegisterAssociation(RegisterName.RIP, RegisterValue.of(TestPartition.GUEST + 0x20)));
        test.begin(VP, SidecarCommand.RUN_VP);
        test.runUntil(() -> test.partition().vp(VP).vtl() == 0);
        for (int i = 0; i < 20; i++) {
            test.partition().vp(VP).turn();
        }
        assertEquals(CpuStatus.RUN, test.status(VP));
        test.setStatus(VP, CpuStatus.STOP);
        test.runUntil(() -> test.status(VP) == CpuStatus.IDLE);
        CommandPage page = test.commandPage(VP);
        assertFalse(page.hasError());
        assertEquals(0, test.memory().readU8(page.requestData()));
        assertTrue(page.gpr(Gpr.RSI) > 10);
    }

    @Test
    void aWakeWithoutReasonGoesOnRunningVtl0() {
        prepareGuest();
        setRegisters(VTL0, new RegisterAssociation(RegisterName.RIP, RegisterValue.of(TestPartition.GUEST + 0x20)));
        test.begin(VP, SidecarCommand.RUN_VP);
        test.runUntil(() -> test.partition().vp(VP).vtl() == 0);
        test.partition().vp(VP).requestInterrupt(2, 0x20);
        test.partition().vp(VP).turn();
        assertEquals(2, test.partition().vp(VP).vtl());
        test.runUntil(() -> test.partition().vp(VP).vtl() == 0);
        assertEquals(CpuStatus.RUN, test.status(VP));
    }

    @Test
    void removedVpHaltsForGood() {
        prepareGuest();
        test.run(VP, SidecarCommand.RUN_VP);
        test.settle();
        int before = test.msrWrites(VP).size();
        test.setStatus(VP, CpuStatus.REMOVE);
        test.settle();
        assertEquals(CpuStatus.REMOVED, test.status(VP));
        assertEquals(RunState.HALTED, test.partition().vp(VP).runState());
        List<Integer> msrs = test.msrWrites(VP).stream()
                .skip(before)
                .map(MachineEvent.MsrWrite::number)
                .toList();
        assertEquals(List.of(Msr.X2APIC_EOI, Msr.HV_VP_ASSIST_PAGE, Msr.X2APIC_SVR), msrs);
        assertEquals(0, test.partition().vp(VP).state().vtl(2).registerPage);
        test.partition().vp(VP).requestInterrupt(2, 0x20);
        assertFalse(test.partition().vp(VP).canTakeTurn());
    }

    /** VTL0 at the start of the guest program, on the identity map, as the client sets it. */
    private void prepareGuest() {
        SegmentValue code = new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b);
        SegmentValue data = new SegmentValue(0, 0xffff_ffffL, 0x18, 0xc093);
        setRegisters(
                VTL0,
                new RegisterAssociation(RegisterName.RIP, RegisterValue.of(TestPartition.GUEST)),
                new RegisterAssociation(RegisterName.CR0, RegisterValue.of(0x8000_0021L)),
                new RegisterAssociation(RegisterName.CR3, RegisterValue.of(TestPartition.TABLES)),
                new RegisterAssociation(RegisterName.CR4, RegisterValue.of(0x260)),
                new RegisterAssociation(RegisterName.EFER, RegisterValue.of(0xd00)),
                new RegisterAssociation(RegisterName.ES + 1, RegisterValue.of(code)),
                new RegisterAssociation(RegisterName.ES + 2, RegisterValue.of(data)),
                new RegisterAssociation(RegisterName.INTERNAL_ACTIVITY_STATE, RegisterValue.of(0)));
    }

    private static Bytes fxState() {
        byte[] state = new byte[CommandPage.FX_STATE_BYTES];
        for (int i = 0xa0; i < 0x1a0; i++) {
            state[i] = (byte) i;
        }
        return Bytes.wrap(state);
    }

    private void setRegisters(int vtl, RegisterAssociation... registers) {
        writeRequest(vtl, registers);
        CommandPage page = test.run(VP, SidecarCommand.SET_VP_REGISTERS);
        assertFalse(page.hasError());
        assertEquals(
                HvStatus.SUCCESS,
                test.memory().read(RegistersHeader.CODEC, page.requestData()).status());
    }

    private List<RegisterAssociation> getRegisters(int vtl, int... names) {
        RegisterAssociation[] asked = new RegisterAssociation[names.length];
        for (int i = 0; i < names.length; i++) {
            asked[i] = new RegisterAssociation(names[i], RegisterValue.of(0));
        }
        writeRequest(vtl, asked);
        CommandPage page = test.run(VP, SidecarCommand.GET_VP_REGISTERS);
        assertFalse(page.hasError());
        assertEquals(
                HvStatus.SUCCESS,
                test.memory().read(RegistersHeader.CODEC, page.requestData()).status());
        for (int i = 0; i < names.length; i++) {
            asked[i] = test.memory().read(RegisterAssociation.CODEC, page.requestData() + 16 + i * 32L);
        }
        return List.of(asked);
    }

    private void writeRequest(int vtl, RegisterAssociation... registers) {
        long request = test.commandPage(VP).requestData();
        test.memory().write(RegistersHeader.CODEC, request, new RegistersHeader(registers.length, vtl));
        for (int i = 0; i < registers.length; i++) {
            test.memory().write(RegisterAssociation.CODEC, request + 16 + i * 32L, registers[i]);
        }
    }
}
