package dev.igvmtool.bootshim.plan;

/** Where a decision explains itself. Only the step that stands for the decision listens; asking again is silent. */
public interface PlanLog {
    /** Nobody listens. */
    PlanLog SILENT = (level, message) -> {};

    /** How much a line matters; the names are those of the lines. */
    enum Level {
        ERROR,
        WARN,
        INFO
    }

    /** Takes one message without its line feed. */
    void log(Level level, LogMessage message);

    /** A message of level {@link Level#INFO}, see {@link LogMessage#of}. */
    default void info(String template, Object... arguments) {
        log(Level.INFO, LogMessage.of(template, arguments));
    }

    /** A message of level {@link Level#WARN}, see {@link LogMessage#of}. */
    default void warn(String template, Object... arguments) {
        log(Level.WARN, LogMessage.of(template, arguments));
    }

    /** A message of level {@link Level#ERROR}, see {@link LogMessage#of}. */
    default void error(String template, Object... arguments) {
        log(Level.ERROR, LogMessage.of(template, arguments));
    }
}
