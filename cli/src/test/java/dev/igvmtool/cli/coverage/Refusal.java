package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.machine.partition.Isolation;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a shim that cannot go on leaves: the text on its stack and in its log, the crash registers, a processor that has
 * stopped.
 *
 * @param text the panic's text, as RDI and RSI say where it stands
 * @param log of the shim
 * @param crash registers P0 to P4 and control
 * @param stopped whether the processor has stopped
 */
record Refusal(String text, String log, List<Long> crash, boolean stopped) {
    private static final String START = "panicked at boot-shim, step ";
    private static final int MAX_TEXT = 4096;
    private static final int REPORTED = 512;
    private static final long P0 = 0x4d49_4853_544f_4f42L;
    private static final long P1 = 0x4f48_434c_424f_4f54L;
    private static final long WITH_TEXT = 0xf400_0000_0000_0000L;
    private static final long WITHOUT_TEXT = 0xb400_0000_0000_0000L;

    static Refusal of(Guest guest) {
        return new Refusal(
                text(guest),
                guest.log(),
                IntStream.range(0, 6).mapToObj(guest::crash).toList(),
                guest.stopped());
    }

    private static String text(Guest guest) {
        long length = guest.register(Gpr.RSI);
        long gpa = guest.register(Gpr.RDI);
        boolean plausible = length > 0 && length <= MAX_TEXT && guest.memory().isRam(gpa);
        return plausible ? guest.memory().readBytes(gpa, (int) length).toUtf8() : "";
    }

    /**
     * The boot ends at an event with a text.
     *
     * @param row the condition
     * @param says part of the text
     * @param logged false where there is no log yet
     * @param told whether the host is told the text
     */
    static Expectation expected(
            String row, String event, String says, boolean logged, boolean told, Isolation isolation) {
        return new Expectation(
                row,
                event,
                Optional.empty(),
                "the shim ends with \"" + says + "\"",
                Refusal::of,
                (before, after) -> before instanceof Refusal earlier
                        && after instanceof Refusal refusal
                        && !earlier.text.startsWith(START)
                        && !earlier.stopped
                        && refusal.isAsExpected(says, logged, told, isolation));
    }

    private boolean isAsExpected(String says, boolean logged, boolean told, Isolation isolation) {
        return text.startsWith(START)
                && text.contains(says)
                && log.endsWith("[ERROR] " + text + "\n") == logged
                && stopped
                && crashIsRight(told, isolation);
    }

    /** Under SNP and TDX the write of a crash register does not reach the host. */
    private boolean crashIsRight(boolean told, Isolation isolation) {
        if (isolation == Isolation.SNP || isolation == Isolation.TDX) {
            return crash.stream().allMatch(value -> value == 0);
        }
        boolean words = told
                ? crash.get(3) != 0 && crash.get(4) == Math.min(text.length(), REPORTED)
                : crash.get(3) == 0 && crash.get(4) == 0;
        return words
                && crash.get(0) == P0
                && crash.get(1) == P1
                && crash.get(2) == -1
                && crash.get(5) == (told ? WITH_TEXT : WITHOUT_TEXT);
    }
}
