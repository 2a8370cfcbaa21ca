package dev.igvmtool.machine.vp;

import static dev.igvmtool.machine.TestMachines.INPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.OUTPUT_PAGE;
import static dev.igvmtool.machine.TestMachines.config;
import static dev.igvmtool.machine.TestMachines.program;
import static dev.igvmtool.machine.TestMachines.running;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.TestMachines;
import dev.igvmtool.machine.guest.Cpu;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.memory.GpaFault;
import dev.igvmtool.machine.memory.PageState;
import dev.igvmtool.machine.partition.Isolation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TdxInstructionsTest {
    private static final long SHARED = 1L << 47;
    private static final long FREE = 0x80_0000;
    private static final long OPERAND_RCX_INVALID = 0xc000_0100_0000_0001L;

    private final Machine machine = running(
            config().isolation(Isolation.TDX).vpCount(2).tdConfigFlags(0x60).build(), program(1, Cpu::halt));
    private final Vp vp = machine.vp(0);

    @BeforeEach
    void leaveTheUpperHalfUnaccepted() {
        machine.partition().memory().setPageState(FREE >>> 12, TestMachines.RAM_BYTES >>> 12, PageState.UNACCEPTED);
    }

    private long accept(long operand) {
        vp.set(Gpr.RAX, 6);
        vp.set(Gpr.RCX, operand);
        vp.cpu().tdcall();
        return vp.get(Gpr.RAX);
    }

    private long call(long number, long r12, long r13) {
        vp.set(Gpr.RAX, 0);
        vp.set(Gpr.R10, 0);
        vp.set(Gpr.R11, number);
        vp.set(Gpr.R12, r12);
        vp.set(Gpr.R13, r13);
        vp.cpu().tdcall();
        assertEquals(0, vp.get(Gpr.RAX));
        return vp.get(Gpr.R10);
    }

    @Test
    void aPageThatWasNotAcceptedIsVe() {
        GuestException e = assertThrows(GuestException.class, () -> vp.memory().readU8(FREE));

        assertEquals(Vector.VIRTUALIZATION, e.vector());
    }

    @Test
    void anAcceptedPageIsZeroAndCanBeUsed() {
        machine.physicalMemory().writeU8(FREE, 7);

        assertEquals(0, accept(FREE));
        assertEquals(0, vp.memory().readU8(FREE));
        vp.memory().writeU8(FREE, 9);
        assertThrows(GuestException.class, () -> vp.memory().readU8(FREE + 0x1000));
    }

    @Test
    void aPageCannotBeAcceptedTwice() {
        assertEquals(0, accept(FREE | 1));
        assertEquals(0x0000_0b0a_0000_0000L, accept(FREE | 1));
        assertEquals(0x0000_0b0a_0000_0000L, accept(FREE));
    }

    @Test
    void aLargePageOfSeveralStatesIsASizeMismatch() {
        accept(FREE + 0x3000);

        assertEquals(0xc000_0b0b_0000_0001L, accept(FREE | 1));
    }

    @Test
    void operandsOfAcceptAreChecked() {
        assertEquals(OPERAND_RCX_INVALID, accept(FREE + 0x1000 | 1));
        assertEquals(OPERAND_RCX_INVALID, accept(FREE | 2));
        assertEquals(OPERAND_RCX_INVALID, accept(FREE | 0x10));
        assertEquals(OPERAND_RCX_INVALID, accept(0x4000_0000L));
    }

    @Test
    void mapGpaSharesAPageWhichThenNeedsTheSharedBit() {
        accept(FREE | 1);
        vp.memory().writeU8(FREE, 7);
        assertEquals(0, call(0x1_0001, FREE | SHARED, 0x1000));

        assertEquals(0, machine.physicalMemory().readU8(FREE));
        assertThrows(GpaFault.class, () -> vp.memory().readU8(FREE));
        long entry = TestMachines.PAGE_TABLES + 0x2000 + (FREE >>> 21) * 8;
        machine.physicalMemory().writeU64(entry, machine.physicalMemory().readU64(entry) | SHARED);
        vp.memory().writeU8(FREE, 9);
        assertEquals(9, machine.physicalMemory().readU8(FREE));
        assertThrows(GpaFault.class, () -> vp.memory().readU8(FREE + 0x1000));
        assertEquals(0, call(0x1_0001, FREE, 0x1000));
        assertEquals(0, accept(FREE));
    }

    @Test
    void mapGpaChecksItsRange() {
        assertEquals(1L << 63, call(0x1_0001, FREE, 0x800));
        assertEquals(1L << 63, call(0x1_0001, 0x4000_0000L, 0x1000));
        assertEquals(1L << 63, call(0x1_0001, FREE, 0));
    }

    @Test
    void registersAndPortsAreReachedThroughTheHost() {
        assertEquals(
                Vector.VIRTUALIZATION,
                assertThrows(GuestException.class, () -> vp.cpu().writeMsr(0x4000_0000, 1))
                        .vector());
        assertEquals(0, call(32, 0x4000_0000, 1L << 40));
        assertEquals(0, call(31, 0x4000_0000, 0));
        assertEquals(1L << 40, vp.get(Gpr.R11));
        assertEquals(1L << 63, call(31, 0x1234_5678, 0));
        assertEquals(0, call(10, 1, 0));
        assertEquals(0x806f8, vp.get(Gpr.R12));
        assertEquals(1L << 63, call(99, 0, 0));
    }

    @Test
    void hypercallsTakeTheirInputFromSharedPages() {
        vp.memory().writeU64(INPUT_PAGE, -1);
        vp.memory().writeU32(INPUT_PAGE + 8, 0xffff_fffeL);
        vp.memory().writeU32(INPUT_PAGE + 16, 0x000d_0003);
        assertEquals(HvStatus.INVALID_HYPERCALL_INPUT, hypercall());

        call(0x1_0001, INPUT_PAGE | SHARED, 0x2000);
        machine.physicalMemory().writeU64(INPUT_PAGE, -1);
        machine.physicalMemory().writeU32(INPUT_PAGE + 8, 0xffff_fffeL);
        machine.physicalMemory().writeU32(INPUT_PAGE + 16, 0x000d_0003);
        assertEquals(1L << 32, hypercall());
        assertEquals(2, machine.physicalMemory().readU64(OUTPUT_PAGE));
    }

    private long hypercall() {
        vp.set(Gpr.RAX, 0);
        vp.set(Gpr.R10, 1L << 32 | 0x50);
        vp.set(Gpr.RDX, INPUT_PAGE | SHARED);
        vp.set(Gpr.R8, OUTPUT_PAGE | SHARED);
        vp.cpu().tdcall();
        return vp.get(Gpr.R11);
    }

    @Test
    void metadataTellsTheConfigurationFlags() {
        vp.set(Gpr.RAX, 7);
        vp.set(Gpr.RDX, 0x9110_0003_0000_0016L);
        vp.cpu().tdcall();

        assertEquals(0, vp.get(Gpr.RAX));
        assertEquals(0x60, vp.get(Gpr.R8));
    }

    @Test
    void elsewhereTheInstructionDoesNotExist() {
        Vp other = running(Cpu::halt).vp(0);

        assertEquals(
                Vector.INVALID_OPCODE,
                assertThrows(GuestException.class, other.cpu()::tdcall).vector());
    }
}
