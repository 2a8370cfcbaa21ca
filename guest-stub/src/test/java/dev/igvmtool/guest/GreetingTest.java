package dev.igvmtool.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreetingTest {
    @Test
    void countsRamAndRepeatsTheCommandLine() {
        BootParams params = BootParams.builder()
                .headerMagic(0)
                .e820(List.of(
                        new E820Entry(0, 0x8_0000, E820Entry.RAM),
                        new E820Entry(0xe_0000, 0x2_0000, E820Entry.RESERVED),
                        new E820Entry(0x10_0000, 0xff8_0000, E820Entry.RAM)))
                .build();
        assertEquals(
                "guest: hello from VTL0, 256 MiB of RAM, command line \"console=ttyS0\"\r\n",
                Greeting.line(params, "console=ttyS0"));
    }

    @Test
    void saysWhatIsWrongWithAPageWithoutSetupHeader() {
        BootParams params = BootParams.builder().build();
        assertEquals(
                "guest: bad boot parameters: setup header magic is 0x00000000, expected 0x53726448\r\n",
                Greeting.line(params, ""));
    }
}
