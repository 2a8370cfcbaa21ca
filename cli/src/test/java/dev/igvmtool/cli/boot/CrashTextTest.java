package dev.igvmtool.cli.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CrashTextTest {
    @Test
    void takesTheCriticalLinesOfAKernelLog() {
        assertEquals(
                "openvmm_hcl: fatal: no firmware; Kernel panic - not syncing: Attempted to kill init!",
                CrashText.summary("""
                        14,68,772,-;openvmm_hcl: self-test passed
                        10,69,777,-;openvmm_hcl: fatal: no firmware
                        7,70,781,-;process 2 has ended
                        0,72,791,-;Kernel panic - not syncing: Attempted to kill init!
                        """));
    }

    @Test
    void keepsATextOfAnotherForm() {
        assertEquals("panicked at shim: no device tree", CrashText.summary("panicked at shim: no device tree\n"));
    }
}
