package dev.igvmtool.debugger.console;

/** How words are set off from each other. Without colour nothing is lost but ease. */
public enum Style {
    /** Plain text. */
    PLAIN,
    /** With the escape sequences of terminals. */
    COLOUR;

    private static final String RESET = "\u001b[0m";

    String place(String text) {
        return set("\u001b[36m", text);
    }

    String strong(String text) {
        return set("\u001b[1m", text);
    }

    String faint(String text) {
        return set("\u001b[2m", text);
    }

    private String set(String sequence, String text) {
        return this == PLAIN || text.isEmpty() ? text : sequence + text + RESET;
    }
}
