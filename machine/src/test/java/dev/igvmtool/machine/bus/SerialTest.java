package dev.igvmtool.machine.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import org.junit.jupiter.api.Test;

class SerialTest {
    private final Serial serial = new Serial(Serial.COM3);

    @Test
    void collectsWhatIsTransmitted() {
        send("hello");

        assertEquals("hello", serial.text().toUtf8());
        assertEquals(0x60, serial.in(0x3ed, 1));
    }

    @Test
    void divisorLatchHidesTheDataRegister() {
        serial.out(0x3eb, 1, 0x83);
        serial.out(0x3e8, 1, 0x0c);
        serial.out(0x3e9, 1, 0x01);

        assertEquals(0x0c, serial.in(0x3e8, 1));
        assertEquals(0x01, serial.in(0x3e9, 1));
        assertEquals("", serial.text().toUtf8());
    }

    @Test
    void savedStatesAreIndependent() {
        send("one");
        Record first = serial.save();
        send(" two");
        Record second = serial.save();
        serial.restore(first);
        send(" three");
        assertEquals("one three", serial.text().toUtf8());
        serial.restore(second);
        assertEquals("one two", serial.text().toUtf8());
    }

    @Test
    void whatTheOtherEndSendsWaitsUntilItIsRead() {
        assertEquals(0, serial.in(0x3e8, 1));
        serial.receive(Bytes.utf8("a"));
        serial.receive(Bytes.utf8("b"));
        Record both = serial.save();

        assertEquals(0x61, serial.in(0x3ed, 1));
        assertEquals('a', serial.in(0x3e8, 1));
        assertEquals('b', serial.in(0x3e8, 1));
        assertEquals(0x60, serial.in(0x3ed, 1));
        assertEquals(0, serial.in(0x3e8, 1));
        serial.restore(both);
        assertEquals('a', serial.in(0x3e8, 1));
    }

    @Test
    void longOutputIsKeptWhole() {
        send("x".repeat(10_000));
        assertEquals(10_000, serial.text().size());
    }

    private void send(String text) {
        text.chars().forEach(c -> serial.out(Serial.COM3, 1, c));
    }
}
