package dev.igvmtool.testing;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.function.Consumer;

/** The damage that every reader of outside bytes must answer with a value or a {@link FormatException}. */
public final class Mutations {
    private Mutations() {}

    /** Gives {@code reader} every proper prefix of {@code good}, the empty one included. */
    public static void allTruncations(Bytes good, Consumer<Bytes> reader) {
        for (int length = 0; length < good.size(); length++) {
            survives(good.slice(0, length), reader, "cut to " + length + " bytes");
        }
    }

    /** Gives {@code reader} {@code good} with each single bit flipped. */
    public static void allBitFlips(Bytes good, Consumer<Bytes> reader) {
        bitFlips(good, 1, reader);
    }

    /** Gives {@code reader} {@code good} with every {@code stride}-th bit flipped, one at a time. */
    public static void bitFlips(Bytes good, int stride, Consumer<Bytes> reader) {
        for (long bit = 0; bit < good.size() * 8L; bit += stride) {
            byte[] damaged = good.toByteArray();
            damaged[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
            survives(Bytes.wrap(damaged), reader, "with bit " + bit + " flipped");
        }
    }

    private static void survives(Bytes input, Consumer<Bytes> reader, String damage) {
        try {
            reader.accept(input);
        } catch (FormatException expected) {
            // The documented refusal.
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("input " + damage + " must be read or refused by FormatException", e);
        }
    }
}
