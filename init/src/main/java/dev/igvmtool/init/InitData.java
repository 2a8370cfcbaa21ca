package dev.igvmtool.init;

/** Where things are in the program's data, from its start. All of it is zero at first. */
final class InitData {
    /** {@link Variable}s. */
    static final int VARIABLES = 0x0_0000;
    /** Path for the next system call. */
    static final int PATH = 0x0_1000;
    /** Log message being written. */
    static final int LOG = 0x0_2000;
    /** Text to write, or argument structure of the next system call. */
    static final int BUFFER = 0x0_3000;
    /** The kernel command line. */
    static final int COMMAND_LINE = 0x0_4000;
    /** Texts of the variables that are added to the environment. */
    static final int ENVIRONMENT_TEXTS = 0x0_8000;
    /** Pointers to the variables of the paravisor. */
    static final int ENVIRONMENT = 0x1_0000;
    /** Pointers to the arguments of the paravisor, or of a script's shell. */
    static final int ARGUMENTS = 0x1_2000;
    /** Output of a setup script, or directory entries as the kernel gives them. */
    static final int INPUT = 0x1_4000;
    /** Names in the directory being read: {@link TextList}. */
    static final int NAMES = 0x1_8000;
    /** Paths still to visit: {@link TextList}. */
    static final int PENDING = 0x2_0000;
    /** Paths visited, to be removed in the end: {@link TextList}. */
    static final int VISITED = 0x3_0000;

    static final int SIZE = 0x4_0000;

    static final int PAGE = 0x1000;
    static final int INPUT_BYTES = NAMES - INPUT;
    static final int COMMAND_LINE_BYTES = ENVIRONMENT_TEXTS - COMMAND_LINE;

    private InitData() {}
}
