package dev.igvmtool.debugger.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.gdb.PacketReader.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketsTest {
    private static List<String> read(byte[] stream) {
        PacketReader reader = new PacketReader(new ByteArrayInputStream(stream));
        List<String> events = new ArrayList<>();
        PacketReader.Event event;
        do {
            event = reader.next();
            events.add(event.kind() + (event.kind() == Kind.PACKET ? " " + GdbSession.text(event.content()) : ""));
        } while (event.kind() != Kind.END);
        return events;
    }

    private static List<String> read(String stream) {
        return read(stream.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void packetsAndSignsAreTakenInOrder() {
        assertEquals(
                List.of("ACK", "PACKET qC", "NACK", "INTERRUPT", "PACKET ", "END"), read("+$qC#b4-\u0003noise$#00"));
    }

    @Test
    void whoDoesNotBeginAsGdbDoesIsNotHeard() {
        assertEquals(List.of("END"), read("POST / HTTP/1.1\r\n\r\n$k#6b"));
    }

    @Test
    void damageIsNoticed() {
        assertEquals(
                List.of("BAD_PACKET", "BAD_PACKET", "PACKET qC", "END"), read("$qC#b5$qC#zz$qXf$qC#b4$unfinished"));
        assertEquals(List.of("END"), read("$qC#b"));
        assertEquals(List.of("END"), read("$qC}"));
    }

    @Test
    void escapedBytesAreBytes() throws IOException {
        Bytes content = Bytes.wrap("a#b$c}d*e\u0000\u00ff".getBytes(StandardCharsets.ISO_8859_1));
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        new PacketWriter(stream).send(content);
        assertEquals(List.of("PACKET " + GdbSession.text(content), "END"), read(stream.toByteArray()));
    }

    @Test
    void packetThatIsTooLongIsBadAndTakesNoMemory() {
        String endless = "$" + "x".repeat(10 * PacketReader.MAX_PACKET) + "#00$qC#b4";
        assertEquals(List.of("BAD_PACKET", "PACKET qC", "END"), read(endless));
    }

    @Test
    void anyBytesComeToAnEnd() {
        Random random = new Random(17);
        for (int round = 0; round < 300; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            for (int i = 0; i < noise.length; i++) {
                noise[i] = random.nextInt(5) == 0 ? (byte) "$#+-}\u0003*".charAt(random.nextInt(7)) : noise[i];
            }
            List<String> events = read(noise);
            assertEquals("END", events.get(events.size() - 1));
        }
    }
}
