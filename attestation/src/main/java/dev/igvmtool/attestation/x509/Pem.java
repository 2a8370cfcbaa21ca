package dev.igvmtool.attestation.x509;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * PEM text (RFC 7468), read so that each content has one encoding only: the base64 must be what an encoder writes.
 */
public final class Pem {
    /** Text longer than this is refused unread. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_BLOCKS = 64;
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private final boolean textAround;
    private final List<Block> blocks = new ArrayList<>();

    private Pem(boolean textAround) {
        this.textAround = textAround;
    }

    /**
     * One block.
     *
     * @param label such as {@code CERTIFICATE}
     * @param content decoded
     */
    public record Block(String label, Bytes content) {}

    /** True if there is a block somewhere in the text. */
    public static boolean isPem(Bytes text) {
        return text.size() <= MAX_BYTES && new String(text.toByteArray(), StandardCharsets.ISO_8859_1).contains(BEGIN);
    }

    /**
     * The blocks of a file; text between them is passed over, as RFC 7468 allows.
     *
     * @throws FormatException if a block is damaged, or there are too many
     */
    public static List<Block> read(Bytes text) {
        return new Pem(true).blocks(text);
    }

    /**
     * The blocks of a text that has nothing else, not even an empty line.
     *
     * @throws FormatException if there is anything else
     */
    public static List<Block> readBare(Bytes text) {
        return new Pem(false).blocks(text);
    }

    private List<Block> blocks(Bytes text) {
        if (text.size() > MAX_BYTES) {
            throw new FormatException("PEM text of " + text.size() + " bytes, expected at most " + MAX_BYTES);
        }
        String[] lines = new String(text.toByteArray(), StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        int next = 0;
        while (next < lines.length) {
            if (lines[next].startsWith(BEGIN)) {
                next = block(lines, next);
            } else if (textAround || isEnd(lines, next)) {
                next++;
            } else {
                throw new FormatException(
                        "line " + (next + 1) + " of the PEM text lies outside of a block, expected " + BEGIN.strip());
            }
        }
        return blocks;
    }

    /** The empty rest behind the last line feed. */
    private static boolean isEnd(String[] lines, int index) {
        return index == lines.length - 1 && lines[index].isEmpty();
    }

    private int block(String[] lines, int first) {
        String begin = lines[first];
        if (!begin.endsWith(DASHES) || begin.length() <= BEGIN.length() + DASHES.length()) {
            throw new FormatException("line " + (first + 1) + " of the PEM text is no proper " + BEGIN.strip());
        }
        if (blocks.size() == MAX_BLOCKS) {
            throw new FormatException("PEM text with more than " + MAX_BLOCKS + " blocks");
        }
        String label = begin.substring(BEGIN.length(), begin.length() - DASHES.length());
        StringBuilder base64 = new StringBuilder();
        for (int i = first + 1; i < lines.length; i++) {
            if (lines[i].equals(END + label + DASHES)) {
                blocks.add(new Block(label, decode(base64.toString(), first)));
                return i + 1;
            }
            base64.append(lines[i]);
        }
        throw new FormatException("the PEM block of line " + (first + 1) + " has no end");
    }

    private static Bytes decode(String base64, int first) {
        try {
            byte[] content = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(content).equals(base64)) {
                return Bytes.wrap(content);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new FormatException("the PEM block of line " + (first + 1) + " is not canonical base64");
    }
}
