package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.hv.VsmCapabilities;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import org.junit.jupiter.api.Test;

class VsmConfigurationTest {
    @Test
    void asksForNoMoreThanTheHypervisorOffers() {
        assertEquals(0x0c3f, of(TreeIsolation.NONE, 0, false));
    }

    @Test
    void takesInterceptsByThePageWhereAvailable() {
        assertEquals(0x1c3f, of(TreeIsolation.NONE, VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, false));
    }

    @Test
    void addsEachEventThatIsAvailable() {
        long capabilities = VsmCapabilities.INTERCEPT_PAGE_AVAILABLE
                | VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE
                | VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE;
        assertEquals(0xfc3f, of(TreeIsolation.NONE, capabilities, true));
    }

    @Test
    void asksForWhatSuitsTheIsolation() {
        long all = VsmCapabilities.INTERCEPT_PAGE_AVAILABLE
                | VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE
                | VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE;
        assertEquals(0x0dbf, of(TreeIsolation.VBS, 0, false));
        assertEquals(0xbdbf, of(TreeIsolation.VBS, all, true));
        assertEquals(0x089e, of(TreeIsolation.SNP, 0, false));
        assertEquals(0xb89e, of(TreeIsolation.TDX, all, true));
    }

    private static long of(TreeIsolation isolation, long capabilities, boolean restoreTime) {
        return VsmConfiguration.of(new IsolationRules(isolation), capabilities, restoreTime);
    }
}
