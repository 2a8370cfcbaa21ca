package dev.igvmtool.bootshim.plan;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * A value as the reference's log shows it for developers: the debug form of Rust. Pieces are those of its formatter, see
 * {@link LogMessage}.
 */
public sealed interface DebugValue {
    /** How a value is shown. */
    enum Style {
        /** On one line, numbers decimal. */
        DECIMAL,
        /** On one line, numbers in hexadecimal without a prefix. */
        HEX,
        /** A field on each line, numbers in hexadecimal behind {@code 0x}. */
        PRETTY_HEX
    }

    /** A word: a flag, an alternative without content. */
    record Word(String text) implements DebugValue {
        @Override
        public void write(Sink sink, Style style) {
            sink.piece(text);
        }
    }

    /** A number, unsigned. */
    record Numeral(long value) implements DebugValue {
        @Override
        public void write(Sink sink, Style style) {
            if (style == Style.DECIMAL) {
                sink.piece(Long.toUnsignedString(value));
                return;
            }
            if (style == Style.PRETTY_HEX) {
                sink.piece("0x");
            }
            sink.piece(LogMessage.hexDigits(value));
        }
    }

    /** A field of a structure. */
    record Field(String name, DebugValue value) {}

    /** A structure with at least one field. */
    record Structure(String name, List<Field> fields) implements DebugValue {
        public Structure {
            fields = List.copyOf(fields);
        }

        /** A structure of fields. */
        public static Structure of(String name, Field... fields) {
            return new Structure(name, List.of(fields));
        }

        @Override
        public void write(Sink sink, Style style) {
            boolean pretty = style == Style.PRETTY_HEX;
            sink.piece(name);
            for (int i = 0; i < fields.size(); i++) {
                if (pretty) {
                    if (i == 0) {
                        sink.piece(" {\n");
                    }
                    Sink line = new Indented(sink);
                    write(fields.get(i), line, style);
                    line.piece(",\n");
                } else {
                    sink.piece(i == 0 ? " { " : ", ");
                    write(fields.get(i), sink, style);
                }
            }
            sink.piece(pretty ? "}" : " }");
        }

        private static void write(Field field, Sink sink, Style style) {
            sink.piece(field.name);
            sink.piece(": ");
            field.value.write(sink, style);
        }
    }

    /** An alternative that holds one value. */
    record Wrapped(String name, DebugValue value) implements DebugValue {
        @Override
        public void write(Sink sink, Style style) {
            sink.piece(name);
            sink.piece("(");
            value.write(sink, style);
            sink.piece(")");
        }
    }

    /** Several values. */
    record Sequence(List<? extends DebugValue> values) implements DebugValue {
        public Sequence {
            values = List.copyOf(values);
        }

        @Override
        public void write(Sink sink, Style style) {
            sink.piece("[");
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    sink.piece(", ");
                }
                values.get(i).write(sink, style);
            }
            sink.piece("]");
        }
    }

    /** Takes pieces of text. */
    interface Sink {
        void piece(String text);
    }

    /** Puts four spaces before each line. */
    final class Indented implements Sink {
        private final Sink target;
        private boolean lineStarts = true;

        Indented(Sink target) {
            this.target = target;
        }

        @Override
        public void piece(String text) {
            if (lineStarts) {
                target.piece("    ");
            }
            lineStarts = text.endsWith("\n");
            target.piece(text);
        }
    }

    /** Writes the value piece by piece. */
    void write(Sink sink, Style style);

    /** The value as part of a message. */
    default LogMessage show(Style style) {
        List<String> pieces = new ArrayList<>();
        write(pieces::add, style);
        return new LogMessage(pieces);
    }

    /** A range of addresses. */
    static DebugValue of(GpaRange range) {
        return Structure.of(
                "MemoryRange",
                new Field("start", new Numeral(range.start())),
                new Field("end", new Numeral(range.end())));
    }

    /** Ranges of addresses. */
    static DebugValue of(List<GpaRange> ranges) {
        return new Sequence(ranges.stream().map(DebugValue::of).toList());
    }

    /** Memory with node and type. */
    static DebugValue of(MemoryEntry entry) {
        return Structure.of(
                "MemoryEntry",
                new Field("range", of(entry.range())),
                new Field("mem_type", igvmType(entry.igvmType())),
                new Field("vnode", new Numeral(entry.node())));
    }

    private static DebugValue igvmType(int type) {
        return switch (type) {
            case MemoryEntry.MEMORY -> new Word("MEMORY");
            case 1 -> new Word("PLATFORM_RESERVED");
            case 2 -> new Word("PERSISTENT");
            case MemoryEntry.VTL2_PROTECTABLE -> new Word("VTL2_PROTECTABLE");
            case 4 -> new Word("SPECIFIC_PURPOSE");
            case 5 -> new Word("HIDDEN");
            default -> new Word(String.format("MemoryMapEntryType(0x%x)", type));
        };
    }

    /** Numbers. */
    static DebugValue numbers(List<Long> numbers) {
        return new Sequence(numbers.stream().map(Numeral::new).toList());
    }
}
