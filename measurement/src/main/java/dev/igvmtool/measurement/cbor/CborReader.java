package dev.igvmtool.measurement.cbor;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Reads one data item that takes up all of the bytes. Bounded: nesting to {@link #MAX_DEPTH}, {@link #MAX_ITEMS} items, no
 * length beyond the end. Indefinite lengths, floating point and keys that occur twice are refused always; integers that are
 * not shortest and keys that are not in order only by {@link #deterministic}.
 */
public final class CborReader {
    /** Most arrays, maps and tags within each other. */
    public static final int MAX_DEPTH = 32;

    /** Most items of one document. */
    public static final int MAX_ITEMS = 1 << 16;

    private static final int ONE_BYTE = 24;
    private static final int EIGHT_BYTES = 27;
    private static final int INDEFINITE = 31;
    private static final int FIRST_FLOAT = 25;
    private static final int FIRST_TWO_BYTE_SIMPLE = 32;

    private final Bytes source;
    private final ByteReader in;
    private final boolean deterministic;
    private int items;

    private CborReader(Bytes source, boolean deterministic) {
        this.source = source;
        this.in = new ByteReader(source, ByteOrder.BIG_ENDIAN);
        this.deterministic = deterministic;
    }

    /**
     * Reads an item as anybody may encode it.
     *
     * @throws FormatException if it is no item within the bounds, or more follows
     */
    public static CborValue read(Bytes source) {
        return new CborReader(source, false).whole();
    }

    /**
     * Reads an item in core deterministic encoding: equal items have equal bytes.
     *
     * @throws FormatException if it is no such item within the bounds, or more follows
     */
    public static CborValue deterministic(Bytes source) {
        return new CborReader(source, true).whole();
    }

    private CborValue whole() {
        CborValue value = item(0);
        if (in.remaining() > 0) {
            throw new FormatException(
                    String.format("CBOR: 0x%x bytes follow the item that ends at 0x%x", in.remaining(), in.position()));
        }
        return value;
    }

    private CborValue item(int depth) {
        int start = in.position();
        if (depth > MAX_DEPTH || ++items > MAX_ITEMS) {
            throw new FormatException(String.format(
                    "CBOR: more than %d items, or nested deeper than %d, at offset 0x%x", MAX_ITEMS, MAX_DEPTH, start));
        }
        int initial = u8(start);
        CborType type = CborType.values()[initial >> 5];
        long argument = argument(type, initial & 0x1f, start);
        return switch (type) {
            case UNSIGNED -> new CborValue.Int(false, argument);
            case NEGATIVE -> new CborValue.Int(true, argument);
            case BYTES -> new CborValue.ByteString(string(argument, start));
            case TEXT -> text(string(argument, start), start);
            case ARRAY -> array(count(argument, 1, start), depth);
            case MAP -> map(count(argument, 2, start), depth);
            case TAG -> new CborValue.Tagged(argument, item(depth + 1));
            case SIMPLE -> new CborValue.Simple((int) argument);
        };
    }

    private int u8(int start) {
        if (in.remaining() == 0) {
            throw new FormatException(String.format("CBOR: ends where an item must be, at offset 0x%x", start));
        }
        return in.u8();
    }

    private long argument(CborType type, int information, int start) {
        if (information < ONE_BYTE) {
            return information;
        }
        if (information > EIGHT_BYTES) {
            throw new FormatException(String.format(
                    "CBOR: %s at offset 0x%x",
                    information == INDEFINITE ? "indefinite length" : "reserved length " + information, start));
        }
        if (type == CborType.SIMPLE && information >= FIRST_FLOAT) {
            throw new FormatException(String.format("CBOR: floating point at offset 0x%x", start));
        }
        int size = 1 << (information - ONE_BYTE);
        if (in.remaining() < size) {
            throw new FormatException(String.format("CBOR: ends within the item at offset 0x%x", start));
        }
        long argument =
                switch (size) {
                    case 1 -> in.u8();
                    case 2 -> in.u16();
                    case 4 -> in.u32();
                    default -> in.u64();
                };
        if (type == CborType.SIMPLE && argument < FIRST_TWO_BYTE_SIMPLE) {
            throw new FormatException(String.format("CBOR: simple value in two bytes at offset 0x%x", start));
        }
        if (deterministic && type != CborType.SIMPLE && isShorter(argument, size)) {
            throw new FormatException(String.format("CBOR: number in more bytes than it needs at offset 0x%x", start));
        }
        return argument;
    }

    private static boolean isShorter(long argument, int size) {
        return size == 1 ? argument < ONE_BYTE : Long.compareUnsigned(argument, 1L << (Byte.SIZE * size / 2)) < 0;
    }

    private Bytes string(long size, int start) {
        if (Long.compareUnsigned(size, in.remaining()) > 0) {
            throw new FormatException(String.format(
                    "CBOR: string of %s bytes at offset 0x%x reaches past the end at 0x%x",
                    Long.toUnsignedString(size), start, source.size()));
        }
        return in.bytes((int) size);
    }

    private static CborValue text(Bytes content, int start) {
        try {
            return new CborValue.Text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(content.asBuffer())
                    .toString());
        } catch (CharacterCodingException e) {
            throw new FormatException(String.format("CBOR: text at offset 0x%x is not UTF-8", start));
        }
    }

    /** A count of elements that have a byte each at least. */
    private int count(long count, int bytesEach, int start) {
        if (Long.compareUnsigned(count, in.remaining() / bytesEach) > 0) {
            throw new FormatException(String.format(
                    "CBOR: %s elements at offset 0x%x do not fit before the end at 0x%x",
                    Long.toUnsignedString(count), start, source.size()));
        }
        return (int) count;
    }

    private CborValue array(int count, int depth) {
        List<CborValue> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(item(depth + 1));
        }
        return new CborValue.Array(elements);
    }

    private CborValue map(int count, int depth) {
        List<CborValue.Entry> entries = new ArrayList<>();
        // Sorted, not hashed: keys come from outside and could be chosen to collide.
        TreeSet<Bytes> keys = new TreeSet<>((a, b) -> a.asBuffer().compareTo(b.asBuffer()));
        Bytes last = Bytes.EMPTY;
        for (int i = 0; i < count; i++) {
            int start = in.position();
            CborValue key = item(depth + 1);
            Bytes encoded = source.slice(start, in.position() - start);
            if (!keys.add(canonical(key, encoded))) {
                throw new FormatException(String.format("CBOR: the key at offset 0x%x is there twice", start));
            }
            if (deterministic && i > 0 && compareUnsigned(last, encoded) > 0) {
                throw new FormatException(
                        String.format("CBOR: the key at offset 0x%x is not in ascending order", start));
            }
            last = encoded;
            entries.add(new CborValue.Entry(key, item(depth + 1)));
        }
        return new CborValue.Map(entries);
    }

    /** Equal keys have equal bytes, also where lengths need not be shortest. */
    private Bytes canonical(CborValue key, Bytes encoded) {
        return deterministic ? encoded : new CborWriter().value(key).toBytes();
    }

    private static int compareUnsigned(Bytes a, Bytes b) {
        return Arrays.compareUnsigned(a.toByteArray(), b.toByteArray());
    }
}
