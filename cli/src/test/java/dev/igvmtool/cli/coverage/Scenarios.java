package dev.igvmtool.cli.coverage;

import java.util.List;
import java.util.stream.Stream;

/** All boots. */
final class Scenarios {
    private Scenarios() {}

    static List<Scenario> all() {
        return Stream.of(
                        GoodBoots.scenarios(),
                        TreeRefusals.scenarios(),
                        Relocations.scenarios(),
                        ImageRefusals.scenarios(),
                        TopologyRefusals.scenarios(),
                        ServicingRefusals.scenarios(),
                        IsolationRefusals.scenarios(),
                        HandoverRefusals.scenarios())
                .flatMap(List::stream)
                .toList();
    }
}
