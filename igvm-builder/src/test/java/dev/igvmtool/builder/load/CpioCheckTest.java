package dev.igvmtool.builder.load;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.builder.manifest.InitrdEntry;
import dev.igvmtool.builder.manifest.InitrdEntry.Content;
import dev.igvmtool.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CpioCheckTest {
    private static final Bytes GOOD = new InitrdArchive(StageImages.none())
            .write(List.of(
                    new InitrdEntry("/etc", OptionalInt.empty(), new Content.Directory()),
                    new InitrdEntry("/etc/name", OptionalInt.empty(), new Content.Text("hello"))));

    private static void refused(String message, Bytes archive) {
        FormatException e = assertThrows(FormatException.class, () -> CpioCheck.check(archive), message);
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static Bytes with(String from, String to) {
        String text = new String(GOOD.toByteArray(), StandardCharsets.ISO_8859_1);
        return Bytes.wrap(text.replaceFirst(from, to).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void takesArchivesAndSeveralInARow() {
        CpioCheck.check(GOOD);
        CpioCheck.check(new ByteWriter().bytes(GOOD).zeros(12).bytes(GOOD).toBytes());
        CpioCheck.check(
                new ByteWriter().bytes(GOOD).bytes(Bytes.fromHex("1f8b0800")).toBytes());
        CpioCheck.check(Bytes.fromHex("28b52ffd00"));
    }

    @Test
    void refusesWhatIsNoArchive() {
        refused("ends without TRAILER!!!", Bytes.EMPTY);
        refused("ends without TRAILER!!!", Bytes.zeros(512));
        refused("cut short", Bytes.utf8("070701"));
        refused("no cpio archive of the kind newc", Bytes.utf8("070707" + "0".repeat(200)));
    }

    @Test
    void refusesNamesAndSizesThatDoNotHold() {
        refused("'..'", with("etc/name", "../aname"));
        refused("an absolute name", with("etc/name", "/tc/name"));
        refused("NUL in it", with("etc/name", "etc\0name"));
        refused("not hexadecimal", with("0707010000", "070701000X"));
        refused("a name of 4294967295 bytes", with("0000000400000000etc", "FFFFFFFF00000000etc"));
        refused("past the end of the archive", with("00000005(?=0{7}30)", "7FFFFFFF"));
    }

    @Test
    void damageGivesAnErrorOrNothing() {
        Mutations.allTruncations(GOOD, CpioCheck::check);
        Mutations.allBitFlips(GOOD, CpioCheck::check);
    }
}
