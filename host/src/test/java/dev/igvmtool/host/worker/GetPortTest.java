package dev.igvmtool.host.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.get.GetChannel;
import dev.igvmtool.abi.get.GetMessage;
import dev.igvmtool.abi.get.RestorePiece;
import dev.igvmtool.abi.get.SavePiece;
import dev.igvmtool.abi.get.SaveRequest;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.RegisterName;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.host.worker.GetPort.Phase;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.partition.PartitionConfig;
import dev.igvmtool.machine.vp.VpRegisters;
import dev.igvmtool.testing.Mutations;
import java.util.List;
import org.junit.jupiter.api.Test;

class GetPortTest {
    private static final long SIMP = 0x8000;
    private static final Bytes CORRELATION = Bytes.fromHex("000102030405060708090a0b0c0d0e0f");

    private final Machine machine = new Machine(
            PartitionConfig.builder().ram(List.of(new GpaRange(0, 0x1_0000))).build(), Programs.NONE);
    private final GetPort port = new GetPort(machine.vp(0));

    private void listen() {
        machine.vp(0).enableVtl(2);
        set(RegisterName.SIMP, SIMP | 1);
        set(RegisterName.SINT0 + GetChannel.SINT, 0xf3);
        set(RegisterName.SCONTROL, 1);
    }

    private void set(int register, long value) {
        assertEquals(HvStatus.SUCCESS, VpRegisters.set(machine.vp(0), 2, register, RegisterValue.of(value)));
    }

    /** Takes the message that has come. */
    private GetMessage heard() {
        long slot = SIMP + GetChannel.SINT * (long) HvMessage.SIZE;
        HvMessage message = machine.physicalMemory().read(HvMessage.CODEC, slot);
        assertEquals(GetChannel.MESSAGE_TYPE, message.type());
        machine.physicalMemory().writeU32(slot, 0);
        return GetMessage.read(message.payload());
    }

    private Bytes ask(int id, Bytes body) {
        assertEquals(
                HvStatus.SUCCESS,
                port.post(
                        GetChannel.MESSAGE_TYPE,
                        GetMessage.of(GetMessage.HOST_REQUEST, id, body).toBytes()));
        GetMessage answer = heard();
        assertTrue(answer.is(GetMessage.HOST_RESPONSE, id));
        return answer.body();
    }

    private int save(int status, Bytes content) {
        return ask(GetMessage.SAVE_STATE, new SavePiece(status, content).toBytes())
                .u16(0);
    }

    private RestorePiece restore() {
        return RestorePiece.read(
                ask(GetMessage.RESTORE_STATE, new ByteWriter().u16(3).toBytes()));
    }

    private void tell(int id, Bytes body) {
        assertEquals(
                HvStatus.SUCCESS,
                port.post(
                        GetChannel.MESSAGE_TYPE,
                        GetMessage.of(GetMessage.HOST_NOTIFICATION, id, body).toBytes()));
    }

    private void started() {
        tell(GetMessage.VTL0_STARTED, new ByteWriter().u32(0).u32(0).toBytes());
    }

    @Test
    void oneVersionIsAccepted() {
        listen();
        assertEquals(
                1,
                ask(GetMessage.NEGOTIATE_VERSION, new ByteWriter().u32(0x4_0002).toBytes())
                        .u8(0));
        assertEquals(
                0,
                ask(GetMessage.NEGOTIATE_VERSION, new ByteWriter().u32(0x1_0000).toBytes())
                        .u8(0));
    }

    @Test
    void stateGoesThroughTheHostFromOneInstanceToTheNext() {
        listen();
        assertEquals(new RestorePiece(GetMessage.SUCCESS, Bytes.EMPTY), restore(), "there is none at first");
        started();
        assertEquals(Phase.RUNNING, port.phase());

        assertTrue(port.requestSave(CORRELATION));
        GetMessage wish = heard();
        assertTrue(wish.is(GetMessage.GUEST_NOTIFICATION, GetMessage.SAVE));
        assertEquals(new SaveRequest(CORRELATION, 0, 0xffff), SaveRequest.CODEC.read(wish.body()));
        assertEquals(Phase.SAVING, port.phase());

        Bytes first = Bytes.fromHex("11".repeat(SavePiece.MAX_CONTENT));
        Bytes second = Bytes.fromHex("22".repeat(200));
        assertEquals(GetMessage.SUCCESS, save(GetMessage.MORE, first));
        assertEquals(GetMessage.SUCCESS, save(GetMessage.SUCCESS, second));
        assertEquals(Phase.SAVED, port.phase());
        port.restart();

        assertEquals(Phase.STARTING, port.phase());
        for (int again = 0; again < 2; again++) {
            RestorePiece piece = restore();
            assertEquals(GetMessage.MORE, piece.status());
            assertEquals(RestorePiece.MAX_CONTENT, piece.content().size());
            RestorePiece last = restore();
            assertEquals(GetMessage.SUCCESS, last.status());
            assertEquals(
                    new ByteWriter().bytes(first).bytes(second).toBytes(),
                    new ByteWriter()
                            .bytes(piece.content())
                            .bytes(last.content())
                            .toBytes());
        }
        tell(GetMessage.RESTORED, new ByteWriter().u16(0).toBytes());
        assertEquals(Phase.RUNNING, port.phase());
    }

    @Test
    void stateThatNobodyAskedForIsNotTaken() {
        listen();
        started();
        assertEquals(GetMessage.FAILURE, save(GetMessage.SUCCESS, Bytes.fromHex("00")));
        assertEquals(Phase.RUNNING, port.phase());
    }

    @Test
    void failureToSaveLeavesWhatWasKept() {
        listen();
        started();
        port.requestSave(CORRELATION);
        heard();
        save(GetMessage.SUCCESS, Bytes.fromHex("0102"));
        port.restart();
        started();
        port.requestSave(CORRELATION);
        heard();
        save(GetMessage.MORE, Bytes.fromHex("0304"));
        assertEquals(GetMessage.FAILURE, save(GetMessage.FAILURE, Bytes.EMPTY));

        assertEquals(Phase.SAVE_FAILED, port.phase());
        assertEquals(Bytes.fromHex("0102"), restore().content());
    }

    @Test
    void aGuestThatDoesNotListenIsNotAsked() {
        assertFalse(port.requestSave(CORRELATION));
        machine.vp(0).enableVtl(2);
        assertFalse(port.requestSave(CORRELATION));
        assertEquals(Phase.STARTING, port.phase());
    }

    @Test
    void snapshotsHoldWhatTheHostKnows() {
        listen();
        started();
        Record before = port.save();
        port.requestSave(CORRELATION);
        heard();
        save(GetMessage.SUCCESS, Bytes.fromHex("0102"));

        port.restore(before);
        assertEquals(Phase.RUNNING, port.phase());
        assertEquals(Bytes.EMPTY, restore().content());
    }

    @Test
    void badMessagesAreRefused() {
        listen();
        started();
        Bytes good = GetMessage.of(
                        GetMessage.HOST_REQUEST,
                        GetMessage.SAVE_STATE,
                        new SavePiece(GetMessage.MORE, Bytes.fromHex("0102")).toBytes())
                .toBytes();
        assertEquals(HvStatus.INVALID_PARAMETER, port.post(2, good));
        assertEquals(HvStatus.INVALID_PARAMETER, port.post(GetChannel.MESSAGE_TYPE, good.slice(0, 5)));
        Mutations.allTruncations(good, message -> port.post(GetChannel.MESSAGE_TYPE, message));
        Mutations.allBitFlips(good, message -> port.post(GetChannel.MESSAGE_TYPE, message));
    }
}
