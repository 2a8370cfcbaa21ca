package dev.igvmtool.cli.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What counts as an effect, and as a covered row: nothing is covered by chance. */
class ExpectationTest {
    private static final Expectation BECOMES = Expectation.becomes("S02", "cookie", 7L, guest -> 0L);

    @Test
    void whatWasThereBeforeIsNoEffect() {
        assertEquals(Optional.empty(), BECOMES.difference(0L, 7L));
        assertEquals(Optional.of("cookie becomes 0x7: before 0x7, after 0x7"), BECOMES.difference(7L, 7L));
        assertTrue(BECOMES.difference(0L, 8L).isPresent());
    }

    @Test
    void textThatWasThereBeforeIsNoEffect() {
        Expectation grows = Expectation.grows("S17", "log", "word", guest -> "");
        assertEquals(Optional.empty(), grows.difference("a", "a word"));
        assertTrue(grows.difference("a word", "a word, a word").isPresent());
        assertTrue(grows.difference("a", "b").isPresent());
    }

    @Test
    void whatCannotBeSeenHoldsForNothing() {
        Expectation broken = Expectation.stands("H05", "page", guest -> {
            throw new IllegalStateException("no such page");
        });
        assertTrue(broken.difference(Expectation.NOTHING, Expectation.NOTHING).isPresent());
    }

    @Test
    void aRowThatNoBootReachesIsAGapAndSoIsOneThatShouldNotBe() {
        Coverage coverage = new Coverage();
        assertTrue(coverage.gaps().contains("S02 under NONE is not reached"));
        coverage.add("some-boot", Isolation.NONE, List.of("S02"));
        assertTrue(coverage.gaps().stream().noneMatch(gap -> gap.startsWith("S02 under NONE")));
        coverage.add("some-boot", Isolation.NONE, List.of("S23"));
        assertTrue(coverage.gaps().contains("S23 under NONE is reached, but has a reason why it is not"));
    }
}
