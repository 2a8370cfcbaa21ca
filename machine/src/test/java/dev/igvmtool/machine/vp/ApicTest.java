package dev.igvmtool.machine.vp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ApicTest {
    private final Apic apic = new Apic(0xfee0_0800L);

    @Test
    void highestVectorComesFirst() {
        apic.request(0x31);
        apic.request(0xf0);

        assertEquals(0xf0, apic.deliverable(0));
        apic.accept(0xf0);
        assertEquals(-1, apic.deliverable(0), "a vector of higher priority is in service");
        apic.endOfInterrupt();
        assertEquals(0x31, apic.deliverable(0));
    }

    @Test
    void taskPriorityHoldsBackItsClassAndBelow() {
        apic.request(0x45);

        assertEquals(-1, apic.deliverable(4));
        assertEquals(0x45, apic.deliverable(3));
    }

    @Test
    void registersShowVectorsAsBits() {
        apic.request(0x21);
        apic.accept(0x21);
        apic.request(0x40);

        assertEquals(2, apic.inServiceWord(1));
        assertEquals(1, apic.requestWord(2));
    }
}
