package dev.igvmtool.debugger.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Runs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryChangeTest {
    @Test
    void changesBetweenTwoMomentsAreThoseThatTheRunMade() {
        Debugger debugger = Runs.debugger(Runs.counting(2, 50, cpu -> {}));
        debugger.goTo(40);
        List<MemoryChange> changes =
                MemoryChange.between(debugger, 3, 63, Optional.of(new GpaRange(Runs.DATA, Runs.DATA + 0x1000)));

        assertEquals(
                List.of("0x200100-0x200101 01 0b", "0x200200-0x200201 01 0b"),
                changes.stream()
                        .map(change -> change.range() + " " + change.before().toHex() + " "
                                + change.after().toHex())
                        .toList());
        assertEquals(40, debugger.now().turn());
        assertEquals(List.of(), MemoryChange.between(debugger, 5, 5, Optional.empty()));
    }

    @Test
    void changesInBothDirectionsMirrorEachOther() {
        Debugger debugger = Runs.debugger(Runs.counting(1, 50, cpu -> {}));
        debugger.goTo(100);
        List<MemoryChange> forward = MemoryChange.between(debugger, 0, 90, Optional.empty());
        List<MemoryChange> backward = MemoryChange.between(debugger, 90, 0, Optional.empty());
        assertEquals(forward.size(), backward.size());
        for (int i = 0; i < forward.size(); i++) {
            assertEquals(forward.get(i).after(), backward.get(i).before());
        }
    }

    @Test
    void viewsAreComparedFieldByField() {
        ViewNode before = ViewNode.structure(
                "s", "", 0, 8, List.of(ViewNode.number("a", 1, 0, 4), ViewNode.number("b", 2, 4, 4)));
        ViewNode after = ViewNode.structure(
                "s", "", 0, 8, List.of(ViewNode.number("a", 1, 0, 4), ViewNode.number("c", 3, 4, 4)));
        assertEquals(
                List.of(new ViewChange("s.c", "", "3"), new ViewChange("s.b", "2", "")),
                ViewChange.between(before, after));
    }
}
