package dev.igvmtool.document;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "4096,4096",
        "0x1000,4096",
        "0XfF,255",
        "1K,1024",
        "512M,536870912",
        "2GiB,2147483648",
        "3TB,3298534883328",
        "18446744073709551615,-1",
        "0xffffffffffffffff,-1",
        "16777215T,-1099511627776"
    })
    void readsNumbersWithAndWithoutUnits(String text, long bytes) {
        assertEquals(OptionalLong.of(bytes), ByteSize.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "G",
                "-1",
                "+1",
                "1.5G",
                "1 G",
                "010",
                "08M",
                "1E",
                "0x",
                "0x1G",
                "1g",
                "1i",
                "1B",
                "18446744073709551616",
                "16777216T",
                "0x10000000000000000",
                "99999999999999999999999999"
            })
    void takesNothingElse(String text) {
        assertEquals(OptionalLong.empty(), ByteSize.parse(text));
    }
}
