package dev.igvmtool.abi.binary;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@link Codec} of an annotated record: one {@link Field} per component. */
final class RecordCodec<T extends Record> implements Codec<T> {
    private static final MethodType CONSTRUCTOR = MethodType.methodType(Object.class, Object[].class);

    /** How one component is read and written. */
    private interface Field {
        int size();

        StructLayout.Field layout(String name, int offset);

        Object read(ByteReader reader);

        void write(ByteWriter writer, Object value);
    }

    private final Class<T> type;
    private final List<Component> components = new ArrayList<>();
    private final MethodHandle constructor;
    private final int size;

    private record Component(String name, Field field, MethodHandle accessor) {}

    RecordCodec(Class<T> type, MethodHandles.Lookup lookup) {
        this.type = type;
        RecordComponent[] declared = type.getRecordComponents();
        Class<?>[] types = new Class<?>[declared.length];
        int total = 0;
        try {
            for (int i = 0; i < declared.length; i++) {
                RecordComponent component = declared[i];
                types[i] = component.getType();
                Field field = field(component, lookup);
                MethodHandle accessor = lookup.unreflect(component.getAccessor())
                        .asType(MethodType.methodType(Object.class, Object.class));
                components.add(new Component(component.getName(), field, accessor));
                total += field.size();
            }
            constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(CONSTRUCTOR);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("the lookup does not reach " + type, e);
        }
        size = total;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public Optional<StructLayout> layout() {
        return Optional.of(structure());
    }

    private StructLayout structure() {
        List<StructLayout.Field> fields = new ArrayList<>();
        int offset = 0;
        for (Component component : components) {
            fields.add(component.field.layout(component.name, offset));
            offset += component.field.size();
        }
        return new StructLayout(type.getSimpleName(), size, fields);
    }

    @Override
    public T read(ByteReader reader) {
        Object[] values = new Object[components.size()];
        for (int i = 0; i < values.length; i++) {
            Component component = components.get(i);
            try {
                values[i] = component.field.read(reader);
            } catch (FormatException e) {
                throw e.in("field " + component.name + " of " + type.getSimpleName());
            }
        }
        try {
            return type.cast((Object) constructor.invokeExact(values));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("constructors of records throw no checked exceptions", e);
        }
    }

    @Override
    public void write(ByteWriter writer, T value) {
        for (Component component : components) {
            Object content;
            try {
                content = (Object) component.accessor.invokeExact((Object) value);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError("accessors of records throw no checked exceptions", e);
            }
            try {
                component.field.write(writer, content);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "field " + component.name + " of " + type.getSimpleName() + ": " + e.getMessage(), e);
            }
        }
    }

    private static Field field(RecordComponent component, MethodHandles.Lookup lookup) {
        Class<?> type = component.getType();
        Fixed fixed = component.getAnnotation(Fixed.class);
        if (fixed != null) {
            return fixed(fixed.value());
        }
        if (component.isAnnotationPresent(U8.class)) {
            return integer(type, 1);
        }
        if (component.isAnnotationPresent(U16.class)) {
            return integer(type, 2);
        }
        if (component.isAnnotationPresent(U32.class)) {
            return integer(type, 4);
        }
        if (component.isAnnotationPresent(U64.class)) {
            return integer(type, 8);
        }
        if (type.isRecord()) {
            return nested(type.asSubclass(Record.class), lookup);
        }
        throw new IllegalArgumentException("component " + component + " has no wire type");
    }

    private static Field integer(Class<?> type, int size) {
        boolean wide = type == long.class;
        if (!wide && type != int.class || size == 8 && !wide) {
            throw new IllegalArgumentException(type + " cannot hold a wire integer of " + size + " bytes");
        }
        return new Field() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public StructLayout.Field layout(String name, int offset) {
                return StructLayout.Field.integer(name, offset, size);
            }

            @Override
            public Object read(ByteReader reader) {
                long value =
                        switch (size) {
                            case 1 -> reader.u8();
                            case 2 -> reader.u16();
                            case 4 -> reader.u32();
                            default -> reader.u64();
                        };
                return wide ? (Object) value : (Object) (int) value;
            }

            @Override
            public void write(ByteWriter writer, Object value) {
                // A mask held in an int may be negative; a count held in a long must be in range.
                switch (size) {
                    case 1 -> writer.u8(((Number) value).intValue());
                    case 2 -> writer.u16(((Number) value).intValue());
                    case 4 -> writer.u32(wide ? (Long) value : Integer.toUnsignedLong((Integer) value));
                    default -> writer.u64((Long) value);
                }
            }
        };
    }

    private static Field fixed(int size) {
        return new Field() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public StructLayout.Field layout(String name, int offset) {
                return StructLayout.Field.bytes(name, offset, size);
            }

            @Override
            public Object read(ByteReader reader) {
                return reader.bytes(size);
            }

            @Override
            public void write(ByteWriter writer, Object value) {
                Bytes bytes = (Bytes) value;
                if (bytes.size() != size) {
                    throw new IllegalArgumentException(bytes.size() + " bytes instead of " + size);
                }
                writer.bytes(bytes);
            }
        };
    }

    private static <R extends Record> Field nested(Class<R> type, MethodHandles.Lookup lookup) {
        RecordCodec<R> codec;
        try {
            codec = new RecordCodec<>(type, MethodHandles.privateLookupIn(type, lookup));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("the lookup does not reach " + type, e);
        }
        return new Field() {
            @Override
            public int size() {
                return codec.size();
            }

            @Override
            public StructLayout.Field layout(String name, int offset) {
                return StructLayout.Field.structure(name, offset, codec.structure());
            }

            @Override
            public Object read(ByteReader reader) {
                return codec.read(reader);
            }

            @Override
            public void write(ByteWriter writer, Object value) {
                codec.write(writer, type.cast(value));
            }
        };
    }
}
