package dev.igvmtool.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads one JSON or YAML document into {@link Node}s. Bounded in size and depth; YAML anchors may stand, aliases, tags
 * and further documents are refused.
 */
public final class DocumentReader {
    /** Bytes of a document: far more than any has, far less than memory. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_DEPTH = 64;
    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxDocumentLength(MAX_BYTES)
            .maxStringLength(MAX_BYTES)
            .build();

    private final String file;
    private final boolean yaml;
    private final JsonParser parser;

    private DocumentReader(String file, boolean yaml, JsonParser parser) {
        this.file = file;
        this.yaml = yaml;
        this.parser = parser;
    }

    /**
     * Reads a regular file.
     *
     * @throws DocumentException if it is not a readable document
     */
    public static Document read(Path path) {
        String file = path.toString();
        try {
            if (Files.isDirectory(path)) {
                throw new DocumentException(file + ": is a folder, expected a file");
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new DocumentException(file + ": is not a regular file");
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new DocumentException(String.format(
                        "%s: has %d bytes, more than the %d that a document may have",
                        file, Files.size(path), MAX_BYTES));
            }
            return read(file, decode(file, Files.readAllBytes(path)));
        } catch (NoSuchFileException e) {
            throw new DocumentException(file + ": no such file", e);
        } catch (IOException e) {
            throw new DocumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The text of a document in a stream.
     *
     * @param name stands for the file in messages
     * @throws DocumentException if it is too long or not UTF-8
     */
    public static String text(String name, InputStream in) throws IOException {
        byte[] content = in.readNBytes(MAX_BYTES + 1);
        if (content.length > MAX_BYTES) {
            throw new DocumentException(name + ": has more than the " + MAX_BYTES + " bytes that a document may have");
        }
        return decode(name, content);
    }

    private static String decode(String name, byte[] content) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DocumentException(name + ": is not UTF-8 text", e);
        }
    }

    /** The folder of a file, where its relative paths start. */
    public static Path folderOf(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        return parent == null ? absolute : parent;
    }

    /** Reads a document given as text; {@code file} tells the form by its extension, else the first character does. */
    public static Document read(String file, String text) {
        boolean yaml = isYaml(file, text);
        JsonFactory factory = yaml
                ? YAMLFactory.builder().streamReadConstraints(CONSTRAINTS).build()
                : JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build();
        try (JsonParser parser = factory.createParser(text)) {
            return new Document(file, new DocumentReader(file, yaml, parser).document(), yaml);
        } catch (JsonProcessingException e) {
            throw syntaxError(file, e);
        } catch (IOException e) {
            throw new DocumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isYaml(String file, String text) {
        String name = file.toLowerCase(Locale.ROOT);
        if (name.endsWith(".json")) {
            return false;
        }
        return name.endsWith(".yaml")
                || name.endsWith(".yml")
                || !text.stripLeading().startsWith("{");
    }

    private static DocumentException syntaxError(String file, JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where = at == null ? file : new Place(file, at.getLineNr(), Math.max(at.getColumnNr(), 1)).toString();
        String message = e.getOriginalMessage();
        int end = message.indexOf('\n');
        return new DocumentException(where + ": " + (end < 0 ? message : message.substring(0, end)), e);
    }

    private Node document() throws IOException {
        if (next() == null) {
            throw new DocumentException(file + ": is empty");
        }
        Node root = value(0);
        if (parser.nextToken() != null) {
            throw DocumentException.at(here(), "text after the end of the document");
        }
        return root;
    }

    private Node value(int depth) throws IOException {
        Place place = here();
        JsonToken token = parser.currentToken();
        if (depth >= MAX_DEPTH) {
            throw DocumentException.at(place, "more than " + MAX_DEPTH + " levels deep");
        }
        return switch (token) {
            case START_OBJECT -> mapping(place, depth);
            case START_ARRAY -> sequence(place, depth);
            case VALUE_STRING -> isAbsent() ? new Node.Null(place) : new Node.Text(place, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Node.Numeral(place, parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> new Node.Flag(place, token == JsonToken.VALUE_TRUE);
            case VALUE_NULL -> new Node.Null(place);
            default -> throw DocumentException.at(place, "unexpected " + token);
        };
    }

    /** YAML: nothing at all behind a key, not even quotes. */
    private boolean isAbsent() throws IOException {
        return yaml
                && parser.getText().isEmpty()
                && parser.currentTokenLocation().getCharOffset()
                        == parser.currentLocation().getCharOffset();
    }

    private Node mapping(Place place, int depth) throws IOException {
        List<Node.Member> members = new ArrayList<>();
        while (next() != JsonToken.END_OBJECT) {
            Place at = here();
            String key = parser.currentName();
            next();
            members.add(new Node.Member(at, key, value(depth + 1)));
        }
        return new Node.Mapping(place, members);
    }

    private Node sequence(Place place, int depth) throws IOException {
        List<Node> elements = new ArrayList<>();
        while (next() != JsonToken.END_ARRAY) {
            elements.add(value(depth + 1));
        }
        return new Node.Sequence(place, elements);
    }

    private JsonToken next() throws IOException {
        JsonToken token = parser.nextToken();
        if (yaml && token != null) {
            if (parser instanceof YAMLParser it && it.isCurrentAlias()) {
                throw DocumentException.at(here(), "YAML aliases are not supported");
            }
            Object tag = parser.getTypeId();
            if (tag != null) {
                throw DocumentException.at(here(), "YAML tags are not supported: '" + Quoted.of(tag.toString()) + "'");
            }
        }
        return token;
    }

    private Place here() {
        JsonLocation at = parser.currentTokenLocation();
        return new Place(file, Math.max(at.getLineNr(), 1), Math.max(at.getColumnNr(), 1));
    }

    /**
     * A whole document.
     *
     * @param file name of the file
     * @param yaml true if it was read as YAML
     */
    public record Document(String file, Node root, boolean yaml) {}
}
