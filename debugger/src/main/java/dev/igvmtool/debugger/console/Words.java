package dev.igvmtool.debugger.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The words of a command, taken from left to right. Quotes, single or double, keep spaces in a word. */
final class Words {
    private final List<String> words;
    private int next;

    Words(List<String> words) {
        this.words = List.copyOf(words);
    }

    /** The words of a line. A word that starts with {@code #} begins a comment. */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if (c == '#' && !inWord) {
                return words;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new CommandException("a quote " + quote + " is not closed");
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    boolean hasNext() {
        return next < words.size();
    }

    /** The next word, which stays. */
    Optional<String> peek() {
        return hasNext() ? Optional.of(words.get(next)) : Optional.empty();
    }

    /** @param what is expected, for the message */
    String take(String what) {
        if (!hasNext()) {
            throw new CommandException("expected " + what);
        }
        return words.get(next++);
    }

    /** The next word if it is one of these. */
    Optional<String> takeIf(String... expected) {
        for (String word : expected) {
            if (hasNext() && words.get(next).equals(word)) {
                next++;
                return Optional.of(word);
            }
        }
        return Optional.empty();
    }

    /** All that is left, with single spaces. */
    String rest() {
        String rest = String.join(" ", words.subList(next, words.size()));
        next = words.size();
        return rest;
    }

    /** Refuses what is left over. */
    void end() {
        if (hasNext()) {
            throw new CommandException("'" + words.get(next) + "' is more than expected");
        }
    }
}
