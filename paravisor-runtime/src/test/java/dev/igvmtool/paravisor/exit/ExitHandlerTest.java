package dev.igvmtool.paravisor.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.InterceptHeader;
import dev.igvmtool.abi.hv.IoPortIntercept;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.MsrIntercept;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.Msr;
import dev.igvmtool.abi.x64.SegmentValue;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExitHandlerTest {
    private static final ExitHandler HANDLER = new ExitHandler(GuestDevices.RESET);
    private static final long RIP = 0x100_2000;

    private static ExitAction handle(ExitHandler handler, HvMessage message, long rax) {
        return handler.handle(MessageExit.of(message, rax));
    }

    @Test
    void aByteForCom1GoesToTheHost() {
        ExitAction action = handle(HANDLER, port(0x3f8, 1, InterceptHeader.WRITE, 0x141), 0x141);
        assertEquals(OptionalInt.of('A'), action.com1Output());
        assertEquals(OptionalLong.of(RIP + 2), action.rip());
        assertEquals(Map.of(), action.registers());
    }

    @Test
    void theTransmitterIsAlwaysReady() {
        ExitAction action = handle(HANDLER, port(0x3fd, 1, InterceptHeader.READ, 0x1234), 0x1234);
        assertEquals(Map.of(Gpr.RAX, 0x1260L), action.registers());
    }

    @Test
    void anEmptyPortReadsAllOnesInItsWidth() {
        long rax = 0x1111_2222_3333_4444L;
        assertEquals(0x1111_2222_3333_ffffL, rax(handle(HANDLER, port(0xcf8, 2, InterceptHeader.READ, rax), rax)));
        assertEquals(0xffff_ffffL, rax(handle(HANDLER, port(0xcf8, 4, InterceptHeader.READ, rax), rax)));
    }

    @Test
    void theDivisorLatchHidesTheTransmitter() {
        GuestDevices latched = handle(HANDLER, port(0x3fb, 1, InterceptHeader.WRITE, 0x83), 0x83)
                .devices();
        ExitAction action = handle(new ExitHandler(latched), port(0x3f8, 1, InterceptHeader.WRITE, 12), 12);
        assertEquals(OptionalInt.empty(), action.com1Output());
        assertEquals(12, action.devices().com1().divisor());
    }

    @Test
    void aPortMessageThatContradictsTheContextIsRefused() {
        HvMessage message = port(0x3f8, 1, InterceptHeader.WRITE, 1);
        assertThrows(FormatException.class, () -> handle(HANDLER, message, 2));
    }

    @Test
    void crashParametersAreKeptAndTheControlIsReported() {
        ExitAction stored = handle(HANDLER, msr(Msr.HV_CRASH_P0 + 1, InterceptHeader.WRITE, 0x1_0000_0002L), 0);
        ExitAction reported =
                handle(new ExitHandler(stored.devices()), msr(Msr.HV_CRASH_CTL, InterceptHeader.WRITE, 1L << 63), 0);
        assertEquals(
                "guest reported a crash: control 0x8000000000000000, parameters 0x0 0x100000002 0x0 0x0 0x0",
                reported.log().orElseThrow());
        ExitAction read = handle(HANDLER, msr(Msr.HV_CRASH_CTL, InterceptHeader.READ, 0), 0);
        assertEquals(Map.of(Gpr.RAX, 0L, Gpr.RDX, 0xe000_0000L), read.registers());
    }

    @Test
    void aTripleFaultStopsTheVp() {
        ExitAction action = handle(
                HANDLER,
                new HvMessage(
                        MessageType.UNRECOVERABLE_EXCEPTION,
                        InterceptHeader.CODEC.toBytes(header(InterceptHeader.EXECUTE))),
                0);
        assertTrue(action.stopped());
        assertEquals("triple fault at 0x1002000", action.log().orElseThrow());
    }

    @Test
    void anUnknownMessageIsRefused() {
        HvMessage message = new HvMessage(MessageType.TIMER_EXPIRED, Bytes.EMPTY);
        assertThrows(FormatException.class, () -> handle(HANDLER, message, 0));
    }

    private static long rax(ExitAction action) {
        return action.registers().getOrDefault(Gpr.RAX, 0L);
    }

    private static HvMessage port(int port, int size, int access, long rax) {
        IoPortIntercept intercept = new IoPortIntercept(
                header(access),
                port,
                size,
                0,
                Bytes.zeros(4),
                rax,
                Bytes.zeros(16),
                SegmentValue.NULL,
                SegmentValue.NULL,
                0,
                0,
                0);
        return new HvMessage(MessageType.IO_PORT, IoPortIntercept.CODEC.toBytes(intercept));
    }

    private static HvMessage msr(int number, int access, long value) {
        MsrIntercept intercept = new MsrIntercept(header(access), number, 0, value >>> 32, value & 0xffff_ffffL);
        return new HvMessage(MessageType.MSR, MsrIntercept.CODEC.toBytes(intercept));
    }

    private static InterceptHeader header(int access) {
        return new InterceptHeader(0, 2, access, 0, SegmentValue.NULL, RIP, 2);
    }
}
