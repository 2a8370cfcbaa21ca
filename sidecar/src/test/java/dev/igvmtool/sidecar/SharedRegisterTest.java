package dev.igvmtool.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedRegisterTest {
    @ParameterizedTest
    @CsvSource({
        "0x0008000E, 0x2FF",
        "0x00080010, 0x200",
        "0x00080017, 0x20E",
        "0x00080040, 0x201",
        "0x00080047, 0x20F",
        "0x00080070, 0x250",
        "0x00080071, 0x258",
        "0x00080072, 0x259",
        "0x00080073, 0x268",
        "0x0008007A, 0x26F"
    })
    void memoryTypeRangesAreMsrs(String name, String msr) {
        assertEquals(
                Optional.of(new SharedRegister(false, Integer.decode(msr))),
                SharedRegister.of(Integer.decode(name), false));
    }

    @Test
    void debugAddressesAreSharedAndDr6OnlyIfTheHypervisorSaysSo() {
        assertEquals(Optional.of(new SharedRegister(true, 3)), SharedRegister.of(0x0005_0003, false));
        assertEquals(Optional.empty(), SharedRegister.of(0x0005_0004, false));
        assertEquals(Optional.of(new SharedRegister(true, 6)), SharedRegister.of(0x0005_0004, true));
        assertEquals(Optional.empty(), SharedRegister.of(0x0005_0005, true));
    }

    @ParameterizedTest
    @CsvSource({"0x0008000D", "0x0008000F", "0x00080018", "0x0008003F", "0x00080048", "0x0008007B", "0x00020010"})
    void otherRegistersGoToTheHypervisor(String name) {
        assertEquals(Optional.empty(), SharedRegister.of(Integer.decode(name), true));
    }
}
