package dev.igvmtool.format.check;

/**
 * Something about a file that is not as the specification says.
 *
 * @param rule stable id of the rule, lower case with hyphens
 * @param place section and index of the header, such as {@code directive 12}
 * @param message what is wrong, found and expected, in one line
 */
public record Finding(String rule, String place, String message) {
    /** {@code PLACE: MESSAGE [RULE]}. */
    @Override
    public String toString() {
        return place + ": " + message + " [" + rule + "]";
    }
}
