package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnlineCpusTest {
    @Test
    void readsRangesAndSingleCpus() {
        OnlineCpus cpus = OnlineCpus.parse("0-2,8\n");
        assertEquals(
                List.of(0, 1, 2, 8),
                IntStream.range(0, 16).filter(cpus::contains).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0-", "3-1", "0,,1", "a", "0-9999"})
    void refusesWhatIsNoList(String text) {
        assertThrows(FormatException.class, () -> OnlineCpus.parse(text));
    }
}
