package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.bootshim.plan.PoolChoice.Table;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShimOptionsTest {
    private static ShimOptions parse(String text) {
        return ShimOptions.DEFAULT.parse(text, PlanLog.SILENT);
    }

    @Test
    void sayingNothingChangesNothing() {
        assertEquals(ShimOptions.DEFAULT, parse(""));
        assertEquals(ShimOptions.DEFAULT, parse("quiet loglevel=3 XOPENHCL_SIDECAR=off"));
    }

    @Test
    void poolSizesAreWordsOrDecimalNumbersOf64Bits() {
        assertEquals(new PoolChoice.FromTable(Table.DEBUG), pool("debug"));
        assertEquals(new PoolChoice.FromTable(Table.RELEASE), pool("release"));
        assertEquals(new PoolChoice.Off(), pool("off"));
        assertEquals(new PoolChoice.Pages(512), pool("512"));
        assertEquals(new PoolChoice.Pages(512), pool("+512"));
        assertEquals(new PoolChoice.Pages(-1), pool("18446744073709551615"));
        for (String junk : List.of("", "0", "-1", "0x10", "++1", "+", "18446744073709551616", "Debug", "\u0661")) {
            assertEquals(new PoolChoice.Off(), pool(junk), junk);
        }
    }

    private static PoolChoice pool(String value) {
        return parse("OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=" + value).pool();
    }

    @Test
    void theOverrideWinsWithinOneLineOnly() {
        String override = "OPENHCL_ENABLE_VTL2_GPA_POOL=777";
        String config = "OPENHCL_IGVM_VTL2_GPA_POOL_CONFIG=off";
        assertEquals(new PoolChoice.Pages(777), parse(override + " " + config).pool());
        assertEquals(
                new PoolChoice.Off(),
                parse(override).parse(config, PlanLog.SILENT).pool());
    }

    @Test
    void theLastKnownWordOfSidecarWins() {
        assertEquals(
                SidecarOption.LOGGING, parse("OPENHCL_SIDECAR=off,log,junk").sidecar());
        assertEquals(
                SidecarOption.DISABLED_COMMAND_LINE,
                parse("OPENHCL_SIDECAR=log,off").sidecar());
        assertEquals(SidecarOption.ENABLED, parse("OPENHCL_SIDECAR=junk").sidecar());
    }

    @Test
    void switchesAreOnUnlessTheyAreZero() {
        assertTrue(parse("OPENHCL_CONFIDENTIAL_DEBUG=1").confidentialDebug());
        assertTrue(parse("OPENHCL_CONFIDENTIAL_DEBUG_LEVEL=").confidentialDebug());
        assertFalse(parse("OPENHCL_CONFIDENTIAL_DEBUG").confidentialDebug());
        assertFalse(parse("OPENHCL_CONFIDENTIAL_DEBUG=0").confidentialDebug());
        assertTrue(parse("OPENHCL_DISABLE_NVME_KEEP_ALIVE=").disableNvmeKeepAlive());
        assertFalse(parse("OPENHCL_DISABLE_NVME_KEEP_ALIVE=0").disableNvmeKeepAlive());
    }

    @Test
    void tokensEndAtAnyWhiteSpace() {
        assertTrue(parse("a\tOPENHCL_VTL2_GPA_POOL_NUMA=split\u2003OPENHCL_SIDECAR=off")
                .splitPool());
    }

    @Test
    void anUnknownNumaValueIsWorthAWarning() {
        List<String> lines = new ArrayList<>();
        ShimOptions options = ShimOptions.DEFAULT.parse(
                "OPENHCL_VTL2_GPA_POOL_NUMA=none", (level, message) -> lines.add(level + " " + message.text()));
        assertFalse(options.splitPool());
        assertEquals(List.of("WARN Unknown value for OPENHCL_VTL2_GPA_POOL_NUMA: none"), lines);
    }
}
