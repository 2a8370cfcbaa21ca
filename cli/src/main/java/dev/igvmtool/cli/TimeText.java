package dev.igvmtool.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Times as users write them: a date, which begins in UTC, or a time in UTC. */
final class TimeText {
    private TimeText() {}

    /** @throws CommandException that names {@code --at} */
    static Instant parse(String text) {
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    "--at: found " + text + ", expected a date such as 2026-06-01 or 2026-06-01T12:00:00Z", e);
        }
    }
}
