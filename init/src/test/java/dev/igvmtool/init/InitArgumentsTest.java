package dev.igvmtool.init;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class InitArgumentsTest {
    @Test
    void scriptsMayRepeatInBothForms() {
        InitArguments arguments =
                InitArguments.parse(List.of("init", "--setup-script", "a b", "--setup-script=c", "--pid", "x"));
        assertEquals(List.of("a b", "c"), arguments.scripts());
        assertEquals(4, arguments.rest());
    }

    @Test
    void twoDashesAreSwallowed() {
        assertEquals(
                2,
                InitArguments.parse(List.of("init", "--", "--setup-script=x")).rest());
    }

    @Test
    void anOptionWithoutValueIsTheParavisors() {
        InitArguments arguments = InitArguments.parse(List.of("init", "--setup-script"));
        assertEquals(List.of(), arguments.scripts());
        assertEquals(1, arguments.rest());
    }

    @Test
    void noArgumentsLeaveNothing() {
        assertEquals(1, InitArguments.parse(List.of("init")).rest());
        assertEquals(0, InitArguments.parse(List.of()).rest());
    }
}
