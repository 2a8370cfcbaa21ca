package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Sends packets. The last one is kept, to be sent again. */
final class PacketWriter {
    private static final int ESCAPE_BIT = 0x20;

    private final OutputStream out;
    private byte[] last = {};

    PacketWriter(OutputStream out) {
        this.out = out;
    }

    /** Sends a packet of text. */
    void send(String content) throws IOException {
        send(Bytes.wrap(content.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Sends a packet; bytes with a meaning of their own are escaped. */
    void send(Bytes content) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream(content.size() + 4);
        packet.write('$');
        int sum = 0;
        for (int i = 0; i < content.size(); i++) {
            int octet = content.u8(i);
            if (octet == '$' || octet == '#' || octet == '}' || octet == '*') {
                packet.write('}');
                sum += '}';
                octet ^= ESCAPE_BIT;
            }
            packet.write(octet);
            sum += octet;
        }
        packet.write('#');
        packet.writeBytes(String.format("%02x", sum & 0xff).getBytes(StandardCharsets.ISO_8859_1));
        last = packet.toByteArray();
        sendAgain();
    }

    /** Sends the last packet again. */
    void sendAgain() throws IOException {
        out.write(last);
        out.flush();
    }

    /** Tells that a packet has come, whole or not. */
    void acknowledge(boolean whole) throws IOException {
        out.write(whole ? '+' : '-');
        out.flush();
    }
}
