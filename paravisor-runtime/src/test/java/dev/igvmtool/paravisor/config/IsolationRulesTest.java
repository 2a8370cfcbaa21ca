package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IsolationRulesTest {
    /** Pages of devices: 8 x (21 x min(n, 32) + 130 x min(n, 128)); 16 for attestation; 3 or 2 for each CPU. */
    @ParameterizedTest
    @CsvSource({
        "NONE, 1, 0",
        "NONE, 64, 0",
        "VBS, 1, 1536", // 1208 + 16 = 1224
        "VBS, 4, 5120", // 4832 + 16 = 4848
        "SNP, 1, 1536",
        "TDX, 64, 72192", // 71936 + 16 + 128 = 72080
        "SNP, 2048, 144896", // 138496 + 16 + 6144 = 144656
        "VBS, 2048, 138752", // 138496 + 16 = 138512
    })
    void poolIsAsLargeAsDevicesAndProcessorsNeed(TreeIsolation isolation, int cpus, long pages) {
        assertEquals(pages, new IsolationRules(isolation).sharedPoolPages(cpus));
    }

    @Test
    void virtualTopOfMemoryBelongsToHardwareIsolation() {
        assertEquals(Optional.empty(), new IsolationRules(TreeIsolation.NONE).vtomDefect(0));
        assertEquals(Optional.empty(), new IsolationRules(TreeIsolation.SNP).vtomDefect(46));
        assertEquals(
                Optional.of(
                        "measured VTL2 configuration has a virtual top of memory at bit 46, which isolation vbs does"
                                + " not have"),
                new IsolationRules(TreeIsolation.VBS).vtomDefect(46));
        assertEquals(
                Optional.of("measured VTL2 configuration has no virtual top of memory, which isolation tdx needs"),
                new IsolationRules(TreeIsolation.TDX).vtomDefect(0));
    }

    @Test
    void hardwareIsolationNeedsMoreHypercalls() {
        assertEquals(13, new IsolationRules(TreeIsolation.NONE).hypercalls().size());
        assertFalse(new IsolationRules(TreeIsolation.VBS).hypercalls().contains(0x7e));
        assertTrue(new IsolationRules(TreeIsolation.TDX).hypercalls().contains(0x7e));
    }
}
