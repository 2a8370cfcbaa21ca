package dev.igvmtool.cli.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTextTest {
    @Test
    void everyNodeIsALine() {
        Group group = new Group(
                "report",
                List.of(
                        Check.equal("version", 2, 2, "ABI 1"),
                        Check.fail("debug", "allowed", "forbidden", "ABI 2").withNote("see policy"),
                        new Group("chain", List.of(Check.missing("leaf", "", "no certificate")))));
        assertEquals(
                List.of(
                        "fail         report",
                        "  pass         version: 2 [ABI 1]",
                        "  fail         debug: found allowed, expected forbidden; see policy [ABI 2]",
                        "  not checked  chain",
                        "    not checked  leaf; no certificate"),
                VerdictText.lines(group));
    }
}
