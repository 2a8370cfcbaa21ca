package dev.igvmtool.debugger;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The inputs of a run with the turn before which each of them took effect, in order. */
public final class Journal {
    private final List<Entry> entries = new ArrayList<>();

    /**
     * One input.
     *
     * @param turn turns taken when it took effect
     */
    public record Entry(long turn, Input input) {}

    /** A journal without inputs. */
    public Journal() {}

    /** @param entries by ascending turn */
    public Journal(List<Entry> entries) {
        entries.forEach(entry -> add(entry.turn, entry.input));
    }

    /** All inputs. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    void add(long turn, Input input) {
        if (turn < 0 || !entries.isEmpty() && entries.get(entries.size() - 1).turn > turn) {
            throw new IllegalArgumentException("inputs are in the order of their turns");
        }
        entries.add(new Entry(turn, input));
    }

    /** Forgets what came after a moment. */
    void cutAfter(long turn) {
        entries.removeIf(entry -> entry.turn > turn);
    }

    /** The turn after which nothing comes from outside any more; -1 without inputs. */
    long lastTurn() {
        return entries.isEmpty() ? -1 : entries.get(entries.size() - 1).turn;
    }

    /** Inputs before a turn, in order. */
    List<Input> at(long turn) {
        List<Input> found = new ArrayList<>();
        for (int i = firstAt(turn); i < entries.size() && entries.get(i).turn == turn; i++) {
            found.add(entries.get(i).input);
        }
        return found;
    }

    /** The VP that was chosen to take a turn. */
    OptionalInt choiceAt(long turn) {
        OptionalInt choice = OptionalInt.empty();
        for (Input input : at(turn)) {
            if (input instanceof Input.VpChoice chosen) {
                choice = OptionalInt.of(chosen.vp());
            }
        }
        return choice;
    }

    private int firstAt(long turn) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).turn < turn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
