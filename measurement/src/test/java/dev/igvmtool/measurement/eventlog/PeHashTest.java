package dev.igvmtool.measurement.eventlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.testing.Mutations;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PeHashTest {
    private static Bytes dll() throws IOException {
        return Bytes.wrap(Files.readAllBytes(SharedTestData.require("igvm-corpus/good/pe-wrapped.dll")));
    }

    @Test
    void agreesWithPesign() throws IOException {
        // pesign -h -d sha256 -i pe-wrapped.dll, pesign 0.112
        assertEquals(
                "673004621e115cfda003574c97cb63a660a2e5a33fda7187bb57209e68cf5483",
                PeHash.of(dll(), LogHash.SHA256).toHex());
    }

    @Test
    void aSignatureChangesNothingButAnythingElseDoes() throws IOException {
        byte[] signed = Arrays.copyOf(dll().toByteArray(), dll().size() + 16);
        ByteBuffer view = ByteBuffer.wrap(signed).order(ByteOrder.LITTLE_ENDIAN);
        int optional = view.getInt(0x3c) + 24;
        view.putInt(optional + 64, 0x1234);
        view.putInt(optional + 112 + 32, dll().size());
        view.putInt(optional + 112 + 36, 16);
        assertEquals(PeHash.of(dll(), LogHash.SHA384), PeHash.of(Bytes.of(signed), LogHash.SHA384));
        view.putInt(optional + 68, 77);
        assertNotEquals(PeHash.of(dll(), LogHash.SHA384), PeHash.of(Bytes.of(signed), LogHash.SHA384));
    }

    @Test
    void refusesOtherFilesAndSurvivesDamage() throws IOException {
        assertThrows(FormatException.class, () -> PeHash.of(Bytes.EMPTY, LogHash.SHA256));
        assertThrows(FormatException.class, () -> PeHash.of(Bytes.zeros(4096), LogHash.SHA256));
        Mutations.allTruncations(dll().slice(0, 1024), it -> PeHash.of(it, LogHash.SHA256));
        Bytes tail = dll().from(1024);
        Mutations.allBitFlips(dll().slice(0, 1024), it -> {
            byte[] whole = Arrays.copyOf(it.toByteArray(), dll(it, tail));
            tail.copyTo(0, whole, it.size(), tail.size());
            PeHash.of(Bytes.wrap(whole), LogHash.SHA256);
        });
    }

    private static int dll(Bytes head, Bytes tail) {
        return head.size() + tail.size();
    }
}
