package dev.igvmtool.cli.verdict;

import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.verdict.Verdict;
import java.util.List;
import java.util.Map;

/**
 * A verdict as one page of HTML, without scripts and without anything from elsewhere: groups fold, those that did not pass
 * are open.
 */
public final class VerdictHtml {
    private static final String STYLE = """
            body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em;
                   color: #1b1b1b; background: #fff; }
            h1 { font-size: 1.3em; }
            details { margin-left: 1em; }
            summary { cursor: pointer; font-weight: 600; }
            td:first-child, th:first-child { width: 7em; } td:nth-child(3), td:nth-child(4) { font: .9em ui-monospace, monospace; }
            table { border-collapse: collapse; margin: .3em 0 .6em 1em; width: 100%; table-layout: fixed; }
            td, th { border-top: 1px solid #ccc; padding: .25em .5em; text-align: left; vertical-align: top;
                     overflow-wrap: anywhere; }
            th { font-weight: normal; color: #555; }
            .outcome { white-space: nowrap; font-weight: 600; }
            .pass { color: #146c2e; } .fail { color: #b3261e; } .open { color: #8a5000; } .skipped { color: #666; }
            @media (prefers-color-scheme: dark) {
              body { color: #e4e4e4; background: #161616; } td, th { border-color: #444; } th { color: #aaa; }
              .pass { color: #7ad894; } .fail { color: #ff8a80; } .open { color: #ffb961; } .skipped { color: #999; }
            }
            """;

    private final StringBuilder page = new StringBuilder();

    private VerdictHtml() {}

    /**
     * The page.
     *
     * @param facts what was judged and how, in order: name and value
     */
    public static String of(String title, Map<String, String> facts, Verdict verdict) {
        VerdictHtml html = new VerdictHtml();
        html.page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
        html.text(title).append("</title>\n<style>\n").append(STYLE).append("</style>\n</head>\n<body>\n<h1>");
        html.text(title).append(": ");
        html.outcome(verdict.outcome(), true).append("</h1>\n<table>\n");
        facts.forEach((name, value) -> {
            html.page.append("<tr><th>");
            html.text(name).append("</th><td>");
            html.text(value).append("</td></tr>\n");
        });
        html.page.append("</table>\n");
        html.node(verdict);
        return html.page.append("</body>\n</html>\n").toString();
    }

    private void node(Verdict verdict) {
        if (verdict instanceof Group group) {
            page.append(group.outcome() == Outcome.PASS ? "<details>" : "<details open>")
                    .append("<summary>");
            outcome(group.outcome(), true).append(' ');
            text(group.name()).append("</summary>\n");
            children(group.children());
            page.append("</details>\n");
        } else if (verdict instanceof Check check) {
            children(List.of(check));
        }
    }

    /** Checks that follow each other share a table. */
    private void children(List<Verdict> children) {
        boolean inTable = false;
        for (Verdict child : children) {
            if (child instanceof Check check) {
                if (!inTable) {
                    page.append("<table>\n<tr><th>outcome</th><th>check</th><th>found</th><th>expected</th>")
                            .append("<th>clause</th><th>note</th></tr>\n");
                    inTable = true;
                }
                row(check);
            } else {
                if (inTable) {
                    page.append("</table>\n");
                    inTable = false;
                }
                node(child);
            }
        }
        if (inTable) {
            page.append("</table>\n");
        }
    }

    private void row(Check check) {
        page.append("<tr><td>");
        outcome(check.outcome(), check.required()).append("</td>");
        for (String cell : List.of(check.name(), check.found(), check.expected(), check.clause(), check.note())) {
            page.append("<td>");
            text(cell).append("</td>");
        }
        page.append("</tr>\n");
    }

    private StringBuilder outcome(Outcome outcome, boolean required) {
        String style =
                switch (outcome) {
                    case PASS -> "pass";
                    case FAIL -> "fail";
                    case NOT_CHECKED -> required ? "open" : "skipped";
                };
        return page.append("<span class=\"outcome ")
                .append(style)
                .append("\">")
                .append(outcome.text())
                .append("</span>");
    }

    /** Text from outside: nothing in it is markup, and control characters are shown as a replacement. */
    private StringBuilder text(String value) {
        value.codePoints().forEach(codePoint -> {
            switch (codePoint) {
                case '<' -> page.append("&lt;");
                case '>' -> page.append("&gt;");
                case '&' -> page.append("&amp;");
                case '"' -> page.append("&quot;");
                default -> {
                    boolean hidden = Character.getType(codePoint) == Character.CONTROL
                            || Character.getType(codePoint) == Character.FORMAT
                            || Character.getType(codePoint) == Character.SURROGATE;
                    page.appendCodePoint(hidden ? 0xfffd : codePoint);
                }
            }
        });
        return page;
    }
}
