package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.hv.VsmCapabilities;
import org.junit.jupiter.api.Test;

class VsmConfigurationTest {
    @Test
    void asksForNoMoreThanTheHypervisorOffers() {
        assertEquals(0x0c3f, VsmConfiguration.withoutIsolation(0, false));
    }

    @Test
    void takesInterceptsByThePageWhereAvailable() {
        assertEquals(0x1c3f, VsmConfiguration.withoutIsolation(VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, false));
    }

    @Test
    void addsEachEventThatIsAvailable() {
        long capabilities = VsmCapabilities.INTERCEPT_PAGE_AVAILABLE
                | VsmCapabilities.INTERCEPT_NOT_PRESENT_AVAILABLE
                | VsmCapabilities.INTERCEPT_SYSTEM_RESET_AVAILABLE;
        assertEquals(0xfc3f, VsmConfiguration.withoutIsolation(capabilities, true));
    }
}
