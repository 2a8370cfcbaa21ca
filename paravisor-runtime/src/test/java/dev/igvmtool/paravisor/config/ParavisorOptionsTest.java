package dev.igvmtool.paravisor.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.FormatException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ParavisorOptionsTest {
    @Test
    void takesThePidFileFromTheArguments() {
        ParavisorOptions options = ParavisorOptions.parse(
                List.of("/bin/openvmm_hcl", "--pid", "/run/underhill.pid"),
                List.of("HOME=/", "OPENHCL_PID_FILE_PATH=/x"));
        assertEquals(Optional.of("/run/underhill.pid"), options.text(ParavisorOption.PID_FILE_PATH));
    }

    @Test
    void acceptsTheOlderPrefixOnlyWhereItIsDocumented() {
        ParavisorOptions options =
                ParavisorOptions.parse(List.of("x"), List.of("UNDERHILL_VNC_PORT=9", "UNDERHILL_HIDE_ISOLATION=1"));
        assertEquals(OptionalLong.of(9), options.number(ParavisorOption.VNC_PORT));
        assertFalse(options.flag(ParavisorOption.HIDE_ISOLATION));
    }

    @Test
    void countsABadFlagAsOff() {
        List<String> environment = List.of("OPENHCL_GDBSTUB=maybe", "OPENHCL_NVME_VFIO=TRUE");
        ParavisorOptions options = ParavisorOptions.parse(List.of("x"), environment);
        assertFalse(options.flag(ParavisorOption.GDBSTUB));
        assertTrue(options.flag(ParavisorOption.NVME_VFIO));
    }

    @Test
    void refusesUnknownArgumentsMissingValuesAndMalformedNumbers() {
        assertMessage("unknown argument \"--pidd\"", List.of("x", "--pidd"), List.of());
        assertMessage("argument --pid has no value", List.of("x", "--pid"), List.of());
        assertMessage(
                "OPENHCL_VNC_PORT is \"3x\", expected a decimal number", List.of("x"), List.of("OPENHCL_VNC_PORT=3x"));
    }

    private static void assertMessage(String message, List<String> arguments, List<String> environment) {
        FormatException e = assertThrows(FormatException.class, () -> ParavisorOptions.parse(arguments, environment));
        assertEquals(message, e.getMessage());
    }
}
