package dev.igvmtool.devicetree.check;

/**
 * Something that is not as it must or should be.
 *
 * @param severity an error is what a reader refuses
 * @param rule stable name of the rule
 * @param path of the node, and of a property behind a colon; empty for the blob as a whole
 * @param message what is wrong, found and expected
 */
public record TreeFinding(Severity severity, String rule, String path, String message) {
    /** How bad it is. */
    public enum Severity {
        ERROR,
        WARNING
    }

    /** One line. */
    public String line() {
        return (severity == Severity.ERROR ? "error" : "warning") + " " + rule + (path.isEmpty() ? "" : " " + path)
                + ": " + message;
    }
}
