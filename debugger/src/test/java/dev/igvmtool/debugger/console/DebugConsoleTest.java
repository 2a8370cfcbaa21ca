package dev.igvmtool.debugger.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Runs;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.machine.guest.Cpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DebugConsoleTest {
    private final Debugger debugger = Runs.debugger(Runs.counting(3, 12, Cpu::halt));
    private final List<String> out = new ArrayList<>();
    private final DebugConsole console = new DebugConsole(
            debugger, new Structures(debugger, Optional.empty()), Origins.UNKNOWN, Saver.NONE, Style.PLAIN, out::add);

    private List<String> run(String... lines) {
        for (String line : lines) {
            out.clear();
            console.execute(line);
        }
        return List.copyOf(out);
    }

    private String refusal(String line) {
        return assertThrows(IgvmToolException.class, () -> console.execute(line), line)
                .getMessage();
    }

    @Test
    void saysWhereItIs() {
        console.greet();
        assertEquals(List.of("turn 0: vp0 VTL0 0x101000 counter-1/count (T01)"), out);
        assertEquals(List.of("turn 4: vp1 VTL0 0x102010 counter-2/say"), run("step 4"));
        assertEquals(List.of("turn 3: vp0 VTL0 0x101010 counter-1/say"), run("back"));
        assertEquals(List.of("turn 2: vp2 VTL0 0x103000 counter-3/count (T03)"), run(""));
    }

    @Test
    void stopsAtConditionsInBothDirections() {
        List<String> forward = run("step 5", "to write 0x200200 4");
        assertEquals(
                List.of(
                        "reached, turn 10 of vp1: write at GPA 0x200200, GVA 0x200200: 01000000 -> 02000000",
                        "turn 11: vp2 VTL0 0x103000 counter-3/count (T03)"),
                forward);
        assertEquals(
                "turn 10: vp1 VTL0 0x102000 counter-2/count (T02)",
                run("bt write 0x200200 4").get(1));
        assertEquals(
                "turn 1: vp1 VTL0 0x102000 counter-2/count (T02)",
                run("bt write 0x200200 4").get(1));
        assertEquals(
                List.of("this is the first moment", "turn 0: vp0 VTL0 0x101000 counter-1/count (T01)"),
                run("bt write 0x200200 4"));
    }

    @Test
    void breakpointsAreListedAsTheyCanBeWritten() {
        run(
                "break T02",
                "break stage counter-3",
                "break counter-1/say vp 0",
                "break 0x101000",
                "break vp 2",
                "break hypercall GetVpRegisters",
                "break msr write 0x40000000-0x40000001",
                "break port out 0x3f8",
                "break log \"1:7\"",
                "break event fault",
                "watch read 0x200100",
                "watch gva:0x40200100 4",
                "disable 9");
        List<String> listed = run("breakpoints");
        assertEquals(
                List.of(
                        "breakpoint 1: T02",
                        "breakpoint 2: stage counter-3",
                        "breakpoint 3: counter-1/say vp 0",
                        "breakpoint 4: 0x101000",
                        "breakpoint 5: vp 2",
                        "breakpoint 6: hypercall GetVpRegisters",
                        "breakpoint 7: msr write 0x40000000-0x40000001",
                        "breakpoint 8: port out 0x3f8",
                        "breakpoint 9: log \"1:7\" (off)",
                        "breakpoint 10: event Fault",
                        "breakpoint 11: read 0x200100 8",
                        "breakpoint 12: write gva:0x40200100 4"),
                listed);
        for (String line : listed) {
            String condition = line.replaceFirst("breakpoint \\d+: ", "").replace(" (off)", "");
            run("break " + condition);
        }
        assertEquals(24, debugger.breakpoints().all().size());
        assertEquals(List.of("no breakpoints"), run("delete all", "bl"));
    }

    @Test
    void showsAndSetsRegistersAndMemory() {
        assertEquals(List.of("rip              0x101000"), run("registers rip"));
        assertEquals(List.of("rax              0x1234"), run("set rax 0x1234"));
        assertEquals(
                List.of("  0x00200100  05 06                                              .."),
                run("write 0x200100 0506", "memory 0x200100 2"));
        assertEquals(
                List.of("  0x40200100  05 06                                              .."),
                run("memory gva:0x40200000+0x100 2"));
        assertEquals(List.of("0x200100-0x200102: turn 0, from outside"), run("who 0x200100 2"));
        assertEquals(
                List.of(
                        "before turn 0: rax of VP 0 in VTL 0 set to 0x1234",
                        "before turn 0: write at GPA 0x200100: 0506"),
                run("inputs"));
        assertEquals(
                List.of("wrote 1 bytes; the 9 turns that were known to follow are forgotten"),
                run("step 12", "back 9", "write $rsp 00"));
    }

    @Test
    void showsProcessors() {
        assertEquals(
                List.of(
                        "* vp0   VTL0 running            0x101000  counter-1/count (T01)",
                        "  vp1   VTL0 running            0x102000  counter-2/count (T02)",
                        "  vp2   VTL0 running            0x103000  counter-3/count (T03)"),
                run("vps"));
        assertEquals(List.of("rip              0x103000"), run("vp 2", "registers rip"));
        assertEquals(
                "  cs               0010 base 0x0 limit 0xffffffff attributes 0xa09b",
                run("reg segments").get(2));
    }

    @Test
    void showsCodeAndPageTables() {
        assertEquals(
                "  0x00101000  0f0b535445500100000000000000000000".substring(0, 20),
                run("disassemble").get(0).substring(0, 20));
        assertTrue(run("u $rip 1").get(0).endsWith("step counter-1/count (T01)"), out.toString());
        List<String> walk = run("walk 0x40200100");
        assertEquals("GVA 0x40200100 is GPA 0x200100", walk.get(walk.size() - 1));
        List<String> gap = run("walk 0x90000000");
        assertEquals("GVA 0x90000000 is not mapped", gap.get(gap.size() - 1));
        assertEquals(List.of("page 0x200000: RAM, accepted, VTL0 rwx"), run("page 0x200100"));
    }

    @Test
    void tellsWhatHappened() {
        run("step 4");
        assertEquals(
                List.of(
                        "  read of 8 bytes at GVA 0x200100, GPA 0x200100",
                        "  out 0x3f8, 1 bytes: 0x31",
                        "  out 0x3f8, 1 bytes: 0x3a",
                        "  out 0x3f8, 1 bytes: 0x31",
                        "  out 0x3f8, 1 bytes: 0xa",
                        "  counter-1/say"),
                run("events"));
        assertEquals(3, run("timeline").size());
        assertEquals("turn 1      T02   vp1   counter-2/count", out.get(1));
        assertEquals(List.of("serial:", "  1:1"), run("log"));
        assertTrue(run("history").get(0).startsWith("turns 0 to 4, now 4; "), out.toString());
        assertEquals(List.of("0x200100-0x200101  00 -> 01  ", "1 ranges differ"), run("diff 0 1 0x200100 8"));
    }

    @Test
    void structuresCanBeLookedAtAnywhere() {
        assertTrue(run("types").size() > 20);
        List<String> shown = run("show hv-message@0x200000");
        assertEquals("hv-message@0x200000 at 0x200000, HV_MESSAGE (as was asked for)", shown.get(0));
        assertEquals("show: nothing is known to lie at 0x200000; see: types", refusal("show 0x200000"));
        assertEquals("no structure called nothing at this moment", refusal("show nothing"));
    }

    @Test
    void expectationsOfScriptsAreFindings() {
        run("where", "expect counter-1/count");
        assertThrows(ExpectationException.class, () -> console.execute("expect nothing of the kind"));
        run("step", "# a comment", "expect vp1");
    }

    @Test
    void commandsCanBeShortened() {
        assertEquals(1, run("his").size());
        assertEquals("'st' is short for step, structures, stages", refusal("st"));
        assertEquals("no command 'fly'; see: help", refusal("fly"));
    }

    @Test
    void everyCommandHasHelpAndItsExamplesAreUnderstood() {
        List<String> help = run("help");
        for (Command command : new Commands().all()) {
            assertTrue(help.stream().anyMatch(line -> line.contains(command.usage())), command.name());
            assertTrue(run("help " + command.name()).size() >= 2);
            command.examples()
                    .forEach(example -> assertEquals(
                            command.name(),
                            new Commands().find(Words.split(example).get(0)).name(),
                            example));
        }
        assertTrue(run("help conditions").size() > 10);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            step x                | step: 'x' is not a number; 0x1000, 4096, $rsi and $rsi+0x10 are
            step 0                | step: '0' is not a count
            step 1 2              | step: '2' is more than expected
            step vp 9             | step: no VP 9, the machine has 3
            to                    | to: expected a condition; see: help conditions
            to nowhere            | to: 'nowhere' is not a condition; see: help conditions
            to counter-1/fly      | to: stage counter-1 has no step fly; see: stages counter-1
            to stage x            | to: no stage 'x', expected one of counter-1, counter-2, counter-3
            to hypercall Fly      | to: no hypercall 'Fly', expected a name such as GetVpRegisters or a code
            to port 0x10000       | to: port numbers end at 0xffff
            to msr 5-3            | to: '5-3' is not a number of 32 bits or a range of them
            watch 0x1000 $nope    | watch: no register 'nope'; see: registers all
            delete 5              | delete: no breakpoint 5
            goto kernel           | goto: the boot does not come to a kernel
            registers xyz         | registers: no register 'xyz'; see: registers all
            registers vtl 2       | registers: VP 0 has no VTL 2
            set cs 5              | set: cs is more than a number and cannot be set here
            write 0x1000 123      | write: '123' is not pairs of hexadecimal digits
            memory 0x1000 9999999 | memory: more than 1048576 bytes
            events 7              | events: turns 0 to -1 are known
            log nobody            | log: no log 'nobody', expected one of serial
            hypercall             | hypercall: no hypercall was made before this moment
            """)
    void mistakesAreAnsweredInOneLine(String line, String message) {
        assertEquals(message, refusal(line));
    }

    @Test
    void quotesThatDoNotEndAreRefused() {
        assertEquals("a quote \" is not closed", refusal("break log \"abc"));
    }

    /** Lines of nonsense do nothing worse than be refused. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory -1",
                "memory 0xffffffffffffffff 16",
                "write 0xfffffffffffff000 00",
                "walk 0x8000000000000000",
                "page 0xffffffffffffffff",
                "who 0xffffffffffffff00 8",
                "goto 99999999",
                "show e820@0xfffffffffffffff8",
                "disassemble 0x8000000000000000",
                "send 5 x",
                "set rip 0x8000000000000000",
                "diff 99999999",
                "step alone 77"
            })
    void addressesOutOfThisWorldAreRefusedOrHarmless(String line) {
        try {
            console.execute(line);
        } catch (IgvmToolException refused) {
            assertFalse(String.valueOf(refused.getMessage()).isEmpty());
        }
    }

    static List<List<String>> completions() {
        return List.of(
                List.of("st", "step", "structures", "stages"),
                List.of(
                        "to counter-2/",
                        "counter-2/count",
                        "counter-2/say",
                        "counter-2/again",
                        "counter-2/last",
                        "counter-2/halt"),
                List.of("to T0", "T01", "T02", "T03"),
                List.of("to stage counter-1", "counter-1"),
                List.of("to hypercall Translate", "TranslateVirtualAddress", "TranslateVirtualAddressEx"),
                List.of("to event Vp", "VpStarted", "VpHalted", "VpStopped"),
                List.of("show hv-", "hv-message@"),
                List.of("registers cr", "cr0", "cr2", "cr3", "cr4", "cr8"),
                List.of("help cond", "conditions"),
                List.of("fly "),
                List.of("step vp "),
                List.of("break log \"x"));
    }

    @ParameterizedTest
    @MethodSource("completions")
    void completesWords(List<String> lineAndWords) {
        assertEquals(
                lineAndWords.subList(1, lineAndWords.size()),
                console.complete(lineAndWords.get(0)).stream()
                        .map(DebugConsole.Candidate::text)
                        .toList());
    }

    @Test
    void colourIsOnlyAdded() {
        List<String> coloured = new ArrayList<>();
        DebugConsole second = new DebugConsole(
                debugger,
                new Structures(debugger, Optional.empty()),
                Origins.UNKNOWN,
                Saver.NONE,
                Style.COLOUR,
                coloured::add);
        second.execute("vps");
        run("vps");
        assertEquals(
                out,
                coloured.stream()
                        .map(line -> line.replaceAll("\u001b\\[[0-9]*m", ""))
                        .toList());
        assertTrue(coloured.get(0).contains("\u001b["));
    }
}
