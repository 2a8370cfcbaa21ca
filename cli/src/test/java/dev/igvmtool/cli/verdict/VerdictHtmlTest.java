package dev.igvmtool.cli.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictHtmlTest {
    @Test
    void textFromOutsideIsNoMarkup() {
        Check check = Check.fail("issuer", "<script>\"&\u001b[31m\u202e", "a & b", "RFC");
        String page = VerdictHtml.of("report", Map.of("evidence", "<b>.bin"), new Group("report", List.of(check)));
        assertTrue(page.contains("<td>&lt;script&gt;&quot;&amp;\ufffd[31m\ufffd</td><td>a &amp; b</td>"), page);
        assertTrue(page.contains("<th>evidence</th><td>&lt;b&gt;.bin</td>"), page);
        assertFalse(page.contains("<script"), page);
    }

    @Test
    void onlyWhatDidNotPassIsOpen() {
        Group tree = new Group(
                "report",
                List.of(
                        new Group("good", List.of(Check.equal("a", 1, 1, ""))),
                        new Group("bad", List.of(Check.fail("b", "1", "2", ""))),
                        new Group("open", List.of(Check.missing("c", "", "no list"))),
                        new Group("skipped", List.of(Check.skipped("d", "", "", "not asked")))));
        String page = VerdictHtml.of("report", Map.of(), tree);
        for (String name : List.of("good", "skipped")) {
            assertTrue(page.contains("<details><summary><span class=\"outcome pass\">pass</span> " + name), name);
        }
        assertTrue(page.contains("<details open><summary><span class=\"outcome fail\">fail</span> bad"), page);
        assertTrue(page.contains("<details open><summary><span class=\"outcome open\">not checked</span> open"), page);
        assertEquals(page.split("<details", -1).length, page.split("</details>", -1).length);
        assertEquals(page.split("<table", -1).length, page.split("</table>", -1).length);
        assertEquals(page.split("<tr>", -1).length, page.split("</tr>", -1).length);
    }
}
