package dev.igvmtool.abi.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.HvMessage;
import org.junit.jupiter.api.Test;

class GetMessageTest {
    @Test
    void structuresHaveTheirSizes() {
        assertEquals(4, GetMessage.Header.CODEC.size());
        assertEquals(26, SaveRequest.CODEC.size());
        GetMessage save = GetMessage.of(
                GetMessage.HOST_REQUEST,
                GetMessage.SAVE_STATE,
                new SavePiece(GetMessage.MORE, Bytes.zeros(SavePiece.MAX_CONTENT)).toBytes());
        assertEquals(HvMessage.MAX_PAYLOAD, save.toBytes().size());
        GetMessage restore = GetMessage.of(
                GetMessage.HOST_RESPONSE,
                GetMessage.RESTORE_STATE,
                new RestorePiece(GetMessage.MORE, Bytes.zeros(RestorePiece.MAX_CONTENT)).toBytes());
        assertEquals(HvMessage.MAX_PAYLOAD, restore.toBytes().size());
    }

    @Test
    void readsWhatItWrites() {
        GetMessage message = GetMessage.of(GetMessage.GUEST_NOTIFICATION, GetMessage.SAVE, Bytes.fromHex("0102"));
        assertEquals(Bytes.fromHex("010402000102"), message.toBytes());
        assertEquals(message, GetMessage.read(message.toBytes()));
        SavePiece piece = new SavePiece(GetMessage.SUCCESS, Bytes.fromHex("aa"));
        assertEquals(Bytes.fromHex("0000aa"), piece.toBytes());
        assertEquals(piece, SavePiece.read(piece.toBytes()));
        RestorePiece restored = new RestorePiece(GetMessage.MORE, Bytes.fromHex("bb"));
        assertEquals(Bytes.fromHex("010000000200bb"), restored.toBytes());
        assertEquals(restored, RestorePiece.read(restored.toBytes()));
    }

    @Test
    void refusesOtherVersionsAndShortMessages() {
        assertThrows(FormatException.class, () -> GetMessage.read(Bytes.fromHex("02040200")));
        assertThrows(FormatException.class, () -> GetMessage.read(Bytes.fromHex("0104")));
        assertThrows(FormatException.class, () -> RestorePiece.read(Bytes.fromHex("020000000000bb")));
    }
}
