package dev.igvmtool.measurement.cbor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import com.fasterxml.jackson.dataformat.cbor.CBORParser;
import dev.igvmtool.abi.binary.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random items, written by one implementation and read by the other. */
class CborOracleTest {
    private static final int ROUNDS = 2000;
    private static final CBORFactory FACTORY = CBORFactory.builder()
            .enable(CBORGenerator.Feature.WRITE_MINIMAL_INTS)
            .build();

    @Test
    void jacksonReadsWhatWeWrite() throws IOException {
        for (long seed = 0; seed < ROUNDS; seed++) {
            CborValue value = item(new SplittableRandom(seed), 4);
            Bytes encoded = new CborWriter().value(value).toBytes();
            try (CBORParser parser = FACTORY.createParser(encoded.toByteArray())) {
                parser.nextToken();
                expect(value, parser, "seed " + seed);
                assertNull(parser.nextToken(), "seed " + seed);
            }
        }
    }

    @Test
    void weReadWhatJacksonWrites() throws IOException {
        for (long seed = 0; seed < ROUNDS; seed++) {
            CborValue value = item(new SplittableRandom(seed), 4);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (CBORGenerator generator = FACTORY.createGenerator(out)) {
                generate(value, generator);
            }
            Bytes encoded = Bytes.wrap(out.toByteArray());
            assertEquals(value, CborReader.read(encoded), "seed " + seed);
            assertEquals(new CborWriter().value(value).toBytes(), encoded, "seed " + seed);
        }
    }

    /** Keys are integers, which both can write; tags are left out of what the other writes for its lack of a tag token. */
    private static CborValue item(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> CborValue.Int.of(random.nextLong() >> random.nextInt(64));
            case 1 -> new CborValue.ByteString(bytes(random));
            case 2 -> new CborValue.Text("\u00e4".repeat(random.nextInt(40)) + random.nextInt());
            case 3 -> new CborValue.Simple(20 + random.nextInt(3));
            case 4 -> {
                List<CborValue> items = new ArrayList<>();
                for (int i = random.nextInt(30); i > 0; i--) {
                    items.add(item(random, depth - 1));
                }
                yield new CborValue.Array(items);
            }
            default -> {
                List<CborValue.Entry> entries = new ArrayList<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    entries.add(new CborValue.Entry(CborValue.Int.of(100L - i), item(random, depth - 1)));
                }
                yield new CborValue.Map(entries);
            }
        };
    }

    private static Bytes bytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static void generate(CborValue value, CBORGenerator out) throws IOException {
        if (value instanceof CborValue.Int it) {
            out.writeNumber(it.toLong().orElseThrow());
        } else if (value instanceof CborValue.ByteString it) {
            out.writeBinary(it.value().toByteArray());
        } else if (value instanceof CborValue.Text it) {
            out.writeString(it.value());
        } else if (value instanceof CborValue.Array it) {
            out.writeStartArray(it, it.items().size());
            for (CborValue item : it.items()) {
                generate(item, out);
            }
            out.writeEndArray();
        } else if (value instanceof CborValue.Map it) {
            out.writeStartObject(it, it.entries().size());
            for (CborValue.Entry entry : it.entries()) {
                out.writeFieldId(entry.key().integer("key"));
                generate(entry.value(), out);
            }
            out.writeEndObject();
        } else if (value instanceof CborValue.Simple it) {
            switch (it.number()) {
                case 20 -> out.writeBoolean(false);
                case 21 -> out.writeBoolean(true);
                default -> out.writeNull();
            }
        }
    }

    private static void expect(CborValue value, CBORParser in, String seed) throws IOException {
        JsonToken token = in.currentToken();
        if (value instanceof CborValue.Int it) {
            assertEquals(it.toLong().orElseThrow(), in.getLongValue(), seed);
        } else if (value instanceof CborValue.ByteString it) {
            assertArrayEquals(it.value().toByteArray(), in.getBinaryValue(), seed);
        } else if (value instanceof CborValue.Text it) {
            assertEquals(it.value(), in.getText(), seed);
        } else if (value instanceof CborValue.Array it) {
            assertEquals(JsonToken.START_ARRAY, token, seed);
            for (CborValue item : it.items()) {
                in.nextToken();
                expect(item, in, seed);
            }
            assertEquals(JsonToken.END_ARRAY, in.nextToken(), seed);
        } else if (value instanceof CborValue.Map it) {
            assertEquals(JsonToken.START_OBJECT, token, seed);
            for (CborValue.Entry entry : it.entries()) {
                in.nextToken();
                assertEquals(Long.toString(entry.key().integer("key")), in.currentName(), seed);
                in.nextToken();
                expect(entry.value(), in, seed);
            }
            assertEquals(JsonToken.END_OBJECT, in.nextToken(), seed);
        } else if (value instanceof CborValue.Simple it) {
            JsonToken expected =
                    switch (it.number()) {
                        case 20 -> JsonToken.VALUE_FALSE;
                        case 21 -> JsonToken.VALUE_TRUE;
                        default -> JsonToken.VALUE_NULL;
                    };
            assertEquals(expected, token, seed);
        }
    }
}
