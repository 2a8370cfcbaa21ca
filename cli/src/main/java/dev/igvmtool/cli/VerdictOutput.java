package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.cli.verdict.VerdictCount;
import dev.igvmtool.cli.verdict.VerdictHtml;
import dev.igvmtool.cli.verdict.VerdictJson;
import dev.igvmtool.cli.verdict.VerdictText;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a verdict is shown, and the status that follows from it. */
final class VerdictOutput {
    @Option(names = "--json", description = "One JSON object with the tree.")
    boolean json;

    @Option(names = "--html", paramLabel = "OUT", description = "Write the tree as a page of HTML too.")
    Optional<String> html;

    /**
     * Shows a verdict.
     *
     * @param schema of the JSON object
     * @param facts what was verified, how, and when ({@code at})
     * @return exit status
     */
    int show(Console console, boolean quiet, String schema, Map<String, String> facts, Group verdict)
            throws IOException {
        VerdictCount count = VerdictCount.of(verdict);
        if (html.isPresent()) {
            Map<String, String> head = new LinkedHashMap<>(facts);
            head.put("checks", count.line());
            new OutputFile(html.get()).write(console, Bytes.utf8(VerdictHtml.of(verdict.name(), head, verdict)));
        }
        if (json) {
            JsonOutput.print(console, schema, out -> {
                for (Map.Entry<String, String> fact : facts.entrySet()) {
                    out.writeStringField(fact.getKey(), fact.getValue());
                }
                out.writeStringField("kind", verdict.name());
                out.writeStringField("outcome", verdict.outcome().text());
                out.writeFieldName("verdict");
                VerdictJson.write(verdict, out);
            });
        } else {
            if (!quiet) {
                VerdictText.lines(verdict).forEach(line -> console.out().println(Printable.escape(line)));
            }
            console.out().println(verdict.outcome().text() + ": " + count.line() + "; as of " + facts.get("at"));
        }
        return verdict.outcome() == Outcome.PASS ? ExitStatus.DONE : ExitStatus.FINDING;
    }
}
