package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.PAGE_TABLES;
import static dev.igvmtool.machine.TestMachines.RAM_BYTES;
import static dev.igvmtool.machine.TestMachines.codeOf;
import static dev.igvmtool.machine.TestMachines.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.hv.GpaProtection;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.MemoryIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.TargetVtl;
import dev.igvmtool.abi.hv.VsmPartitionConfig;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.TwoVtls;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Isolation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What VTL2 is told of accesses of VTL0 that cannot be made (TLFS, intercept messages; hyperv-model 5.6). */
class MemoryInterceptsTest {
    private static final long PAGE = 0x6_0000;
    private static final int GVA_VALID = 1;
    private static final int GVA_IS_OF_GPA = 2;

    @Test
    void writeToAReadOnlyPageTellsWhereAndFromWhere() {
        TwoVtls vtls = twoVtls(GpaProtection.READ, cpu -> cpu.memory().writeU64(PAGE + 0x18, 1));
        vtls.machine.run(100);

        HvMessage message = only(vtls);
        assertEquals(MessageType.GPA_INTERCEPT, message.type());
        MemoryIntercept intercept = MemoryIntercept.CODEC.read(message.payload());
        assertEquals(0x50, message.payload().size());
        assertEquals(PAGE + 0x18, intercept.gpa());
        assertEquals(PAGE + 0x18, intercept.gva());
        assertEquals(GVA_VALID | GVA_IS_OF_GPA, intercept.accessInfo());
        InterceptHeader header = intercept.header();
        assertEquals(0, header.vpIndex());
        assertEquals(InterceptHeader.WRITE, header.access());
        assertEquals(0, header.vtl());
        assertEquals(0, header.state() & 3, "privilege level");
        assertEquals(1, header.state() >>> 2 & 1, "CR0.PE");
        assertEquals(1, header.state() >>> 4 & 1, "EFER.LMA");
        assertEquals(codeOf(2), header.rip());
        assertEquals(0x10, header.cs().selector());
        assertEquals(2, header.rflags());
        assertEquals(0, vtls.machine.physicalMemory().readU64(PAGE + 0x18));
    }

    @Test
    void readingIsPossibleUnlessThePageIsClosed() {
        Step.Action read = cpu -> cpu.set(Gpr.RBX, cpu.memory().readU64(PAGE));
        assertEquals(List.of(), messages(twoVtls(GpaProtection.READ, read)));
        TwoVtls closed = twoVtls(GpaProtection.NONE, read);

        assertEquals(List.of(MessageType.GPA_INTERCEPT), messages(closed));
        assertEquals(
                InterceptHeader.READ,
                MemoryIntercept.CODEC.read(only(closed).payload()).header().access());
    }

    @Test
    void executionNeedsTheBitOfItsPrivilegeLevel() {
        Step.Action jump = cpu -> cpu.jump(PAGE);
        int readable = GpaProtection.READ | GpaProtection.WRITE;
        assertEquals(
                InterceptHeader.EXECUTE,
                MemoryIntercept.CODEC
                        .read(only(run(twoVtls(readable, jump))).payload())
                        .header()
                        .access());
        TwoVtls forUsers = twoVtls(readable | GpaProtection.USER_EXECUTE, jump);
        assertEquals(List.of(MessageType.GPA_INTERCEPT), messages(forUsers));
        TwoVtls forKernel = twoVtls(readable | GpaProtection.KERNEL_EXECUTE, jump);
        assertFalse(messages(forKernel).contains(MessageType.GPA_INTERCEPT), "what stands there is no step");
    }

    @Test
    void protectedPageTableIsTheAddressOfTheAccess() {
        TwoVtls vtls = twoVtls(
                GpaProtection.NONE,
                cpu -> {
                    cpu.memory().writeU64(PAGE_TABLES + 8, PAGE | 0x67);
                },
                cpu -> cpu.memory().readU64(0x80_0000_1000L));
        vtls.machine.run(100);

        MemoryIntercept intercept = MemoryIntercept.CODEC.read(only(vtls).payload());
        assertEquals(PAGE, intercept.gpa());
        assertEquals(0x80_0000_1000L, intercept.gva());
        assertEquals(GVA_VALID, intercept.accessInfo());
        assertEquals(InterceptHeader.READ, intercept.header().access());
    }

    @Test
    void pageTableThatCannotBeWrittenGetsNoAccessedBits() {
        TwoVtls vtls = twoVtls(
                GpaProtection.READ,
                cpu -> {
                    cpu.memory().writeU64(PAGE_TABLES + 8, PAGE | 0x67);
                },
                cpu -> cpu.memory().readU64(0x80_0000_1000L));
        vtls.machine.physicalMemory().writeU64(PAGE, PAGE_TABLES + 0x2000 | 7);
        vtls.machine.run(100);

        MemoryIntercept intercept = MemoryIntercept.CODEC.read(only(vtls).payload());
        assertEquals(PAGE, intercept.gpa());
        assertEquals(GVA_VALID, intercept.accessInfo());
        assertEquals(InterceptHeader.WRITE, intercept.header().access());
    }

    @Test
    void addressWithoutMemoryIsUnmapped() {
        TwoVtls vtls = twoVtls(GpaProtection.ALL, cpu -> cpu.memory().writeU8(RAM_BYTES + 5, 1));
        vtls.machine.run(100);

        assertEquals(MessageType.UNMAPPED_GPA, only(vtls).type());
        assertEquals(
                RAM_BYTES + 5, MemoryIntercept.CODEC.read(only(vtls).payload()).gpa());
    }

    @Test
    void vtl2HearsOfUnacceptedPagesOnlyIfItWants() {
        long wanted = VsmPartitionConfig.ENABLE_VTL_PROTECTION
                | VsmPartitionConfig.DEFAULT_PROTECTION_MASK
                | VsmPartitionConfig.INTERCEPT_ACCEPTANCE
                | VsmPartitionConfig.INTERCEPT_PAGE;
        assertEquals(List.of(MessageType.UNACCEPTED_GPA), messages(unaccepted(wanted)));
        TwoVtls deaf = unaccepted(wanted & ~VsmPartitionConfig.INTERCEPT_ACCEPTANCE);
        assertEquals(List.of(), messages(deaf));
        assertTrue(deaf.machine.vp(0).stopReason().contains("was not accepted"), "the host ends the VP");
    }

    @Test
    void vtl2OpensThePageAndTheGuestGoesOn() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> protect(cpu, GpaProtection.NONE),
                cpu -> protect(cpu, GpaProtection.ALL),
                cpu -> cpu.memory().writeU64(PAGE, 0x77),
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(List.of(MessageType.GPA_INTERCEPT), messages(vtls));
        assertEquals(0x77, vtls.machine.physicalMemory().readU64(PAGE));
    }

    @Test
    void vtl2ItselfIsNotBoundByItsProtections() {
        TwoVtls vtls = new TwoVtls(
                config().build(),
                cpu -> {
                    protect(cpu, GpaProtection.NONE);
                    cpu.memory().writeU64(PAGE, 5);
                },
                cpu -> {},
                Cpu::halt);
        vtls.machine.run(100);

        assertEquals(5, vtls.machine.physicalMemory().readU64(PAGE));
    }

    private static TwoVtls unaccepted(long partitionConfig) {
        TwoVtls vtls = new TwoVtls(
                config().isolation(Isolation.VBS).build(),
                cpu -> TestMachines.setRegister(cpu, 0, RegisterName.VSM_PARTITION_CONFIG, partitionConfig),
                TwoVtls::skipStep,
                cpu -> cpu.memory().writeU64(PAGE, 1),
                Cpu::halt);
        vtls.machine.partition().memory().setPageState(PAGE >>> 12, (PAGE >>> 12) + 1, PageState.UNACCEPTED);
        return vtls;
    }

    /** VTL2 protects {@link #PAGE}; what fails ends the guest. */
    private static TwoVtls twoVtls(int mask, Step.Action... guest) {
        Step.Action[] steps = Arrays.copyOf(guest, guest.length + 1);
        steps[guest.length] = Cpu::halt;
        long end = codeOf(2) + (long) guest.length * Slot.SIZE;
        return new TwoVtls(
                config().build(),
                cpu -> protect(cpu, mask),
                cpu -> TestMachines.setRegister(cpu, 0x10, RegisterName.RIP, end),
                steps);
    }

    private static void protect(Cpu cpu, int mask) {
        ByteWriter input = new ByteWriter()
                .bytes(ModifyVtlProtectionMaskHeader.CODEC.toBytes(
                        new ModifyVtlProtectionMaskHeader(mask, TargetVtl.CURRENT)))
                .u64(PAGE >>> 12);
        long result = TestMachines.hypercall(
                cpu, HypercallCode.MODIFY_VTL_PROTECTION_MASK.code() | 1L << 32, input.toBytes());
        assertEquals(1L << 32, result);
    }

    private static TwoVtls run(TwoVtls vtls) {
        vtls.machine.run(100);
        return vtls;
    }

    private static List<Integer> messages(TwoVtls vtls) {
        return run(vtls).messages.stream().map(HvMessage::type).toList();
    }

    private static HvMessage only(TwoVtls vtls) {
        assertEquals(1, vtls.messages.size(), "messages");
        return vtls.messages.get(0);
    }
}
