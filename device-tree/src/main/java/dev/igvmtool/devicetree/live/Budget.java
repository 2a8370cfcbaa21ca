package dev.igvmtool.devicetree.live;

import dev.igvmtool.abi.binary.FormatException;

/** What the making of one tree may use: source text comes from outside, and a few lines can ask for any amount. */
public final class Budget {
    /** Bytes of source text, each inclusion counted. */
    public static final int MAX_SOURCE_BYTES = 8 << 20;

    /** Nodes inside nodes. */
    public static final int MAX_NODE_DEPTH = 256;

    /** Bytes of property values. */
    private static final int MAX_VALUE_BYTES = 16 << 20;

    /** Files inside files. */
    private static final int MAX_INCLUDE_DEPTH = 200;

    /** Inclusions in all. */
    private static final int MAX_INCLUDES = 20_000;

    /** Properties, labels and parts of values, each of which takes some hundred bytes. */
    private static final int MAX_PARTS = 200_000;

    /** A node takes as much as so many parts, and all checks look at it. */
    private static final int PARTS_OF_NODE = 8;

    private long sourceBytes;
    private long valueBytes;
    private int includes;
    private int parts;

    /** Takes bytes of source text. */
    public void source(long bytes) {
        sourceBytes += bytes;
        if (sourceBytes > MAX_SOURCE_BYTES) {
            throw new FormatException("source of more than " + MAX_SOURCE_BYTES + " bytes, expected at most that");
        }
    }

    public long remainingSource() {
        return MAX_SOURCE_BYTES - sourceBytes;
    }

    /** Takes one inclusion in a file that {@code depth} files include each other to reach. */
    public void include(int depth) {
        includes++;
        if (depth > MAX_INCLUDE_DEPTH) {
            throw new FormatException("files include each other deeper than " + MAX_INCLUDE_DEPTH + " levels");
        }
        if (includes > MAX_INCLUDES) {
            throw new FormatException("more than " + MAX_INCLUDES + " inclusions");
        }
    }

    /** Takes a property, label or part of a value. */
    public void part() {
        parts(1);
    }

    /** Takes a node. */
    public void node() {
        parts(PARTS_OF_NODE);
    }

    private void parts(int count) {
        parts += count;
        if (parts > MAX_PARTS) {
            throw new FormatException(String.format(
                    "more than %d nodes, or %d properties, labels and parts of values, in all",
                    MAX_PARTS / PARTS_OF_NODE, MAX_PARTS));
        }
    }

    /** Takes bytes of a property value. */
    public void value(long bytes) {
        valueBytes += bytes;
        if (valueBytes > MAX_VALUE_BYTES) {
            throw new FormatException("property values of more than " + MAX_VALUE_BYTES + " bytes in all");
        }
    }

    public long remainingValue() {
        return MAX_VALUE_BYTES - valueBytes;
    }
}
