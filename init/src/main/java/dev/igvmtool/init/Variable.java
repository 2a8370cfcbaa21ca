package dev.igvmtool.init;

/** Words that the program keeps in its data, 64 bits each. */
enum Variable {
    /** Stack pointer at the start, where the argument count is. */
    FIRST_STACK,
    /** Boot time in nanoseconds at the start. */
    START_TIME,
    /** Error number of opening stderr, 0 if it is open. */
    STDERR_ERROR,
    /** Descriptor of the kernel log plus one, 0 before it is open. */
    LOG_FILE,
    /** Descriptor in use by a sequence of steps. */
    FILE,
    /** Second descriptor in use: the other end of a pipe. */
    FILE_2,
    /** Bytes of a message, a text or a file. */
    SIZE,
    /** Index of the first argument that is the paravisor's. */
    REST,
    /** Number of setup scripts. */
    SCRIPTS,
    /** Setup script in progress. */
    SCRIPT,
    /** Child process in progress. */
    CHILD,
    /** Bytes of {@link InitData#ENVIRONMENT_TEXTS} in use. */
    TEXT_BYTES,
    /** Variables in {@link InitData#ENVIRONMENT_TEXTS}. */
    ADDED,
    /** Line of a script's output in progress: its offset. */
    LINE
}
