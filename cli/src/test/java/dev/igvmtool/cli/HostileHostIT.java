package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.igvmtool.cli.boot.Boot;
import dev.igvmtool.cli.boot.BootImage;
import dev.igvmtool.cli.boot.BootOptions;
import dev.igvmtool.cli.boot.BootOutcome;
import dev.igvmtool.cli.boot.HostileVerdict;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.host.hostile.plan.Expectation;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import dev.igvmtool.machine.partition.Isolation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every plan of the catalogue under every isolation for which it expects something: the guest does as expected. */
class HostileHostIT {
    private static final Map<Isolation, IgvmFile> IMAGES = new EnumMap<>(Isolation.class);

    record Case(HostilePlan plan, Isolation isolation) {
        @Override
        public String toString() {
            return plan.name() + " under " + isolation;
        }
    }

    @BeforeAll
    static void buildImages() {
        IgvmFile plain = image("openhcl-x64");
        IgvmFile confidential = image("openhcl-cvm");
        for (Isolation isolation : Isolation.values()) {
            IMAGES.put(isolation, isolation == Isolation.NONE ? plain : confidential);
        }
    }

    private static IgvmFile image(String sample) {
        return IgvmReader.read(
                BootImage.in(Samples.folder(sample)).orElseThrow().build().content());
    }

    static Stream<Case> expected() {
        return Catalogue.all().stream().flatMap(plan -> Stream.of(Isolation.values())
                .filter(isolation -> plan.expectation(isolation).isPresent())
                .map(isolation -> new Case(plan, isolation)));
    }

    @ParameterizedTest
    @MethodSource("expected")
    void guestDoesAsThePlanSays(Case chosen) {
        Expectation expectation = chosen.plan().expectation(chosen.isolation()).orElseThrow();
        BootOutcome outcome =
                boot(chosen.isolation(), expectation, chosen.plan().lies());
        HostileVerdict verdict = HostileVerdict.of(
                chosen.plan(),
                Optional.of(expectation),
                outcome,
                () -> boot(chosen.isolation(), expectation, List.of()));
        assertEquals(Optional.empty(), verdict.difference(), verdict.describe());
        boolean mustAct = chosen.plan().lies().stream().anyMatch(lie -> !(lie instanceof Lie.Tree))
                && expectation.outcome() != Expectation.Outcome.PROCEEDS;
        if (mustAct) {
            assertFalse(verdict.told().isEmpty(), "the host had no occasion to lie");
        }
    }

    private static BootOutcome boot(Isolation isolation, Expectation expectation, List<Lie> lies) {
        VmConfig config =
                VmConfig.builder().vpCount(2).isolation(isolation).lies(lies).build();
        // What is expected up to the kernel needs no guest.
        Optional<String> until = expectation.event().startsWith("S") ? Optional.of("S46") : Optional.empty();
        BootOptions options = new BootOptions(List.of(), until, 1_000_000);
        return new Boot(IMAGES.get(isolation), config, options, List.of(), Optional.empty()).run();
    }
}
