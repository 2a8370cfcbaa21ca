package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may say what on the command line. */
class CommandLinePlanTest {
    private static final int STATIC = CommandLinePage.POLICY_STATIC;
    private static final int APPEND = CommandLinePage.POLICY_APPEND_CHOSEN;
    private static final String DEBUG = "OPENHCL_CONFIDENTIAL_DEBUG=1";

    private static CommandLinePlan plan(int policy, String measured, String host, TreeIsolation isolation) {
        return CommandLinePlan.of(new CommandLinePage(policy, Bytes.utf8(measured)), host, isolation, PlanLog.SILENT);
    }

    @Test
    void aStaticLineIsAllThereIs() {
        CommandLinePlan plan = plan(STATIC, "a=1", "b=2 OPENHCL_SIDECAR=off", TreeIsolation.NONE);
        assertEquals("a=1", plan.text());
        assertEquals(SidecarOption.ENABLED, plan.options().sidecar());
        assertTrue(plan.trustsHost());
    }

    @Test
    void withoutIsolationTheHostHasTheLastWord() {
        CommandLinePlan plan = plan(APPEND, "OPENHCL_SIDECAR=off", "OPENHCL_SIDECAR=log", TreeIsolation.NONE);
        assertEquals("OPENHCL_SIDECAR=off OPENHCL_SIDECAR=log", plan.text());
        assertEquals(SidecarOption.LOGGING, plan.options().sidecar());
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void theHostOfAnIsolatedGuestIsNotHeard(TreeIsolation isolation) {
        CommandLinePlan plan = plan(APPEND, "a=1", DEBUG + " OPENHCL_SIDECAR=off", isolation);
        assertEquals("a=1", plan.text());
        assertFalse(plan.trustsHost());
        assertFalse(plan.options().confidentialDebug());
        assertEquals(SidecarOption.ENABLED, plan.options().sidecar());
    }

    @ParameterizedTest
    @EnumSource(names = {"VBS", "SNP", "TDX"})
    void aMeasuredOptionLetsTheHostSpeak(TreeIsolation isolation) {
        CommandLinePlan plan = plan(APPEND, DEBUG, "OPENHCL_DISABLE_NVME_KEEP_ALIVE=1", isolation);
        assertEquals(DEBUG + " OPENHCL_DISABLE_NVME_KEEP_ALIVE=1", plan.text());
        assertTrue(plan.trustsHost());
        assertTrue(plan.options().disableNvmeKeepAlive());
    }

    @Test
    void anEmptyLineOfTheHostStillAddsItsSpace() {
        assertEquals("a=1 ", plan(APPEND, "a=1", "", TreeIsolation.NONE).text());
    }

    @Test
    void theStorageIsFilledToItsLastByte() {
        String host = "x".repeat(CommandLinePlan.CAPACITY_BYTES - 4);
        assertEquals(
                CommandLinePlan.CAPACITY_BYTES,
                plan(APPEND, "a=1", host, TreeIsolation.NONE).text().length());
        assertThrows(ShimFatalException.class, () -> plan(APPEND, "a=1", host + "x", TreeIsolation.NONE));
    }

    @Test
    void otherPoliciesAreRefused() {
        assertThrows(ShimFatalException.class, () -> plan(2, "a=1", "", TreeIsolation.NONE));
    }

    @Test
    void whatIsNotUtf8AsksNothingAndIsRefusedWhereTheLineIsComposed() {
        CommandLinePage page = new CommandLinePage(STATIC, Bytes.fromHex("61ff62"));
        assertEquals(ShimOptions.DEFAULT, CommandLinePlan.measuredOptions(page, PlanLog.SILENT));
        assertThrows(ShimFatalException.class, () -> CommandLinePlan.of(page, "", TreeIsolation.NONE, PlanLog.SILENT));
    }
}
