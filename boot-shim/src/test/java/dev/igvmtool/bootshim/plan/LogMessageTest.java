package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.bootshim.plan.DebugValue.Style;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogMessageTest {
    private static final GpaRange RANGE = new GpaRange(0x800_0000, 0x801_4000);

    @Test
    void piecesAreTextValuesAndPrefixes() {
        assertEquals(
                List.of("node ", "7", " has ", "0x", "ff", " of ", "18446744073709551615", " bytes"),
                LogMessage.of("node {} has {} of {} bytes", 7, LogMessage.hex(255), -1L)
                        .pieces());
        assertEquals(List.of(), LogMessage.of("{}{}", "", "").pieces());
        assertThrows(IllegalArgumentException.class, () -> LogMessage.of("no place", 1));
    }

    @Test
    void rangesHaveTheFormsOfTheReferencesLog() {
        DebugValue range = DebugValue.of(RANGE);
        assertEquals("MemoryRange { start: 134217728, end: 134299648 }", shown(range, Style.DECIMAL));
        assertEquals("MemoryRange { start: 8000000, end: 8014000 }", shown(range, Style.HEX));
        assertEquals("MemoryRange {\n    start: 0x8000000,\n    end: 0x8014000,\n}", shown(range, Style.PRETTY_HEX));
        assertEquals(
                List.of(
                        "MemoryRange",
                        " {\n",
                        "    ",
                        "start",
                        ": ",
                        "0x",
                        "8000000",
                        ",\n",
                        "    ",
                        "end",
                        ": ",
                        "0x",
                        "8014000",
                        ",\n",
                        "}"),
                range.show(Style.PRETTY_HEX).pieces());
    }

    @Test
    void nestedValuesAreIndented() {
        DebugValue entry = DebugValue.of(new MemoryEntry(RANGE, 2, MemoryEntry.VTL2_PROTECTABLE));
        assertEquals(
                "MemoryEntry { range: MemoryRange { start: 134217728, end: 134299648 }, mem_type: VTL2_PROTECTABLE,"
                        + " vnode: 2 }",
                shown(entry, Style.DECIMAL));
        assertEquals("""
                MemoryEntry {
                    range: MemoryRange {
                        start: 0x8000000,
                        end: 0x8014000,
                    },
                    mem_type: VTL2_PROTECTABLE,
                    vnode: 0x2,
                }""", shown(entry, Style.PRETTY_HEX));
    }

    @Test
    void listsStandInBrackets() {
        assertEquals("[]", shown(DebugValue.numbers(List.of()), Style.DECIMAL));
        assertEquals("[9, 12]", shown(DebugValue.numbers(List.of(9L, 12L)), Style.DECIMAL));
        assertEquals("[MemoryRange { start: 8000000, end: 8014000 }]", shown(DebugValue.of(List.of(RANGE)), Style.HEX));
    }

    private static String shown(DebugValue value, Style style) {
        return value.show(style).text();
    }
}
