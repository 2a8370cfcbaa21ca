package dev.igvmtool.kernelstub.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.kernelstub.boot.ArrayMemory;
import org.junit.jupiter.api.Test;

class KernelLogTest {
    private final KernelLog log = new KernelLog(new ArrayMemory(0x1000, 0x1000), new GpaRange(0x1000, 0x2000));

    @Test
    void recordsHaveTheFormOfTheDevice() {
        log.clear();
        log.append(6, 1234, "text");
        log.append(29, 1235, "a\nb\\\u00e9");
        assertEquals("6,0,1234,-;text\n29,1,1235,-;a\\x0ab\\x5c\\xc3\\xa9\n", log.text());
        KernelLog.Entry first = log.at(0).orElseThrow();
        assertEquals("6,0,1234,-;text\n", first.text().toUtf8());
        KernelLog.Entry second = log.at(first.next()).orElseThrow();
        assertTrue(log.at(second.next()).isEmpty());
    }

    @Test
    void theOlderHalfGoesWhenTheBufferIsFull() {
        log.clear();
        for (int i = 0; i < 1000; i++) {
            log.append(6, i, "message " + i);
        }
        assertTrue(log.text().endsWith("6,999,999,-;message 999\n"));
        KernelLog.Entry oldest = log.at(0).orElseThrow();
        assertTrue(log.text().startsWith(oldest.text().toUtf8()));
        int records = 0;
        for (long at = 0; log.at(at).isPresent(); records++) {
            at = log.at(at).orElseThrow().next();
        }
        assertEquals(log.text().lines().count(), records);
    }
}
