package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.host.hostile.plan.Expectation;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import dev.igvmtool.machine.partition.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The page on hostile hosts has the catalogue as it is, and commands that work. */
class HostileDocTest {
    private static final Path PAGE =
            Samples.folder("openhcl-x64").resolve("../../docs/hostile-host.md").normalize();
    private static final String HEAD =
            "| plan | what the host does | none | vbs | snp | tdx |\n|---|---|---|---|---|---|\n";

    @Test
    void pageHasTheCatalogue() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf(HEAD);
        String text = start < 0 ? page : page.substring(0, start);
        String expected = text + table();
        if (Boolean.getBoolean("igvmtool.update-docs")) {
            Files.writeString(PAGE, expected);
        }
        assertEquals(expected, Files.readString(PAGE));
    }

    @Test
    void commandsOfThePageSucceed() throws IOException {
        Path root = PAGE.resolveSibling("..").normalize();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("    ./igvmtool ")) {
                String[] args = line.substring("    ./igvmtool ".length())
                        .replace("samples/", root.resolve("samples") + "/")
                        .split(" ", -1);
                TestConsole.Outcome outcome = TestConsole.run(args);
                assertEquals(0, outcome.status(), line + ": " + outcome.err());
            }
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder(HEAD);
        for (HostilePlan plan : Catalogue.all()) {
            table.append("| `").append(plan.name()).append("` | ").append(plan.about());
            for (Isolation isolation : Isolation.values()) {
                table.append(" | ")
                        .append(plan.expectation(isolation)
                                .map(HostileDocTest::cell)
                                .orElse(""));
            }
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String cell(Expectation expectation) {
        String word = expectation.outcome().name().toLowerCase(Locale.ROOT);
        return word
                + (expectation.outcome() == Expectation.Outcome.STOPS
                        ? " after "
                        : expectation.outcome() == Expectation.Outcome.REFUSES ? " at " : " to ")
                + expectation.event();
    }
}
