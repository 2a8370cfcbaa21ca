package dev.igvmtool.init;

/** Levels of log messages; the kernel's are one milder from {@link #INFO} on. */
enum Level {
    ERROR(3),
    WARNING(4),
    INFO(5),
    DEBUG(6);

    private static final int FACILITY = 2;

    private final int kernelLevel;

    Level(int kernelLevel) {
        this.kernelLevel = kernelLevel;
    }

    /** Number in front of a message. */
    int priority() {
        return FACILITY * 8 + kernelLevel;
    }
}
