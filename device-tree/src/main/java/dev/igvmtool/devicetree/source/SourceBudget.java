package dev.igvmtool.devicetree.source;

import dev.igvmtool.abi.binary.FormatException;

/** What one compilation may use: source text comes from outside, and a few lines can ask for any amount. */
final class SourceBudget {
    /** Bytes of source text, each inclusion counted. */
    static final int MAX_SOURCE_BYTES = 8 << 20;

    /** Bytes of property values. */
    static final int MAX_VALUE_BYTES = 64 << 20;

    /** Files inside files. */
    static final int MAX_INCLUDE_DEPTH = 200;

    /** Inclusions in all. */
    static final int MAX_INCLUDES = 20_000;

    /** Nodes inside nodes. */
    static final int MAX_NODE_DEPTH = 256;

    /** Parentheses, operators and conditions inside each other. */
    static final int MAX_EXPRESSION_DEPTH = 200;

    private long sourceBytes;
    private long valueBytes;
    private int includes;

    void source(long bytes) {
        sourceBytes += bytes;
        if (sourceBytes > MAX_SOURCE_BYTES) {
            throw new FormatException("source of more than " + MAX_SOURCE_BYTES + " bytes, expected at most that");
        }
    }

    long remainingSource() {
        return MAX_SOURCE_BYTES - sourceBytes;
    }

    void include(int depth) {
        includes++;
        if (depth > MAX_INCLUDE_DEPTH) {
            throw new FormatException("files include each other deeper than " + MAX_INCLUDE_DEPTH + " levels");
        }
        if (includes > MAX_INCLUDES) {
            throw new FormatException("more than " + MAX_INCLUDES + " inclusions");
        }
    }

    void value(long bytes, Place place) {
        valueBytes += bytes;
        if (valueBytes > MAX_VALUE_BYTES) {
            throw place.error("property values of more than " + MAX_VALUE_BYTES + " bytes in all");
        }
    }

    long remainingValue() {
        return MAX_VALUE_BYTES - valueBytes;
    }
}
