package dev.igvmtool.paravisor.saved;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.paravisor.exit.CrashRegisters;
import dev.igvmtool.paravisor.exit.GuestDevices;
import dev.igvmtool.paravisor.exit.Uart;
import dev.igvmtool.testing.Mutations;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SavedUnitsTest {
    private static final GuestDevices DEVICES =
            new GuestDevices(new Uart(5, 0xc1, 3, 0x1b, 0x99, 0x180), new CrashRegisters(List.of(1L, 2L, -1L, 0L, 5L)));
    private static final Bytes VP = Bytes.fromHex("00ff".repeat(300));

    private static Bytes state() {
        return new ByteWriter()
                .bytes(new SavedUnits.Init(3, 0x1234_5678_9abcL).piece())
                .bytes(new SavedUnits.Unit(SavedDevices.NAME, SavedDevices.encode(DEVICES)).piece())
                .bytes(new SavedUnits.Unit("vp/0", VP).piece())
                .toBytes();
    }

    @Test
    void piecesAreOneMessage() {
        SavedUnits units = SavedUnits.decode(state());
        assertEquals(new SavedUnits.Init(3, 0x1234_5678_9abcL), units.init());
        assertEquals(Optional.of(VP), units.find("vp/0"));
        assertEquals(Optional.empty(), units.find("vp/1"));
        assertEquals(DEVICES, SavedDevices.decode(units.find("chipset").orElseThrow()));
    }

    @Test
    void theFirstPieceIsAsProtobufHasIt() {
        // Field 1: a message of field 1 = 3 and field 2 = 300; protoc --decode_raw shows the same.
        assertEquals(Bytes.fromHex("0a05" + "0803" + "10ac02"), new SavedUnits.Init(3, 300).piece());
        assertEquals(
                Bytes.fromHex("1208" + "0a0161" + "1203aabbcc"),
                new SavedUnits.Unit("a", Bytes.fromHex("aabbcc")).piece());
    }

    @Test
    void fieldsOfLaterVersionsAreSkipped() {
        Bytes more =
                new ByteWriter().bytes(Bytes.fromHex("c23e0161")).bytes(state()).toBytes();
        assertEquals(SavedUnits.decode(state()), SavedUnits.decode(more));
        assertEquals(
                GuestDevices.RESET.crash(),
                SavedDevices.decode(Bytes.fromHex("c23e0161")).crash());
    }

    @Test
    void registersBeyondTheirSizeAreRefused() {
        assertThrows(FormatException.class, () -> SavedDevices.decode(Bytes.fromHex("0a03" + "088002")));
    }

    @Test
    void damagedStatesAreReadOrRefused() {
        Mutations.allTruncations(state(), SavedUnitsTest::read);
        Mutations.bitFlips(state(), 5, SavedUnitsTest::read);
        Mutations.allBitFlips(SavedDevices.encode(DEVICES), SavedDevices::decode);
    }

    private static void read(Bytes state) {
        SavedUnits.decode(state).find(SavedDevices.NAME).ifPresent(SavedDevices::decode);
    }
}
