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
    void log(Level level, String message);

    /** A message of level {@link Level#INFO}. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is not a dependency of this project
    default void info(String format, Object... arguments) {
        log(Level.INFO, String.format(format, arguments));
    }

    /** A message of level {@link Level#WARN}. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is not a dependency of this project
    default void warn(String format, Object... arguments) {
        log(Level.WARN, String.format(format, arguments));
    }
}
