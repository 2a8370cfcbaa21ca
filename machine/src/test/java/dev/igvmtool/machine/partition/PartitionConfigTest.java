package dev.igvmtool.machine.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.hv.VsmCapabilities;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionConfigTest {
    @Test
    void privilegesAreThoseOfTheReferenceHost() {
        assertEquals(0x003b_8030_0000_2e7fL, PartitionConfig.builder().build().privileges());
        assertEquals(
                0x007b_8030_0000_2e7fL,
                PartitionConfig.builder().isolation(Isolation.VBS).build().privileges(),
                "pages are the hypervisor's business");
    }

    @Test
    void capabilitiesAreOfferedOneByOne() {
        PartitionConfig config = PartitionConfig.builder()
                .vsmCapability(VsmCapabilities.INTERCEPT_PAGE_AVAILABLE, false)
                .vsmCapability(VsmCapabilities.RETURN_ACTION_AVAILABLE, false)
                .build();

        assertEquals(0x2000_0001L, config.vsmCapabilities(), "the hypervisor of the hand-over data");
    }

    @Test
    void ramIsReachedWhateverCpuidTells() {
        GpaRange high = new GpaRange(0x21_0000_0000L, 0x21_1000_0000L);
        PartitionConfig.Builder config = PartitionConfig.builder().ram(List.of(new GpaRange(0, 0x1000), high));
        assertEquals(46, config.physicalAddressBits(46).build().addressBits());
        assertEquals(38, config.physicalAddressBits(36).build().addressBits());
        assertEquals(
                36,
                PartitionConfig.builder()
                        .physicalAddressBits(36)
                        .ram(List.of(new GpaRange(0, 1L << 36)))
                        .build()
                        .addressBits());
    }
}
