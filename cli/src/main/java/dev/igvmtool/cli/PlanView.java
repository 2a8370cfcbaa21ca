package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImagePlan;
import dev.igvmtool.builder.emit.PlatformImage.Tagged;
import dev.igvmtool.format.IgvmWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The plan of an image as text, which starts with its map, and as JSON. */
final class PlanView {
    private PlanView() {}

    static String text(BuiltImage image) throws IOException {
        StringBuilder text = new StringBuilder(image.map());
        for (ImagePlan.Platform platform : ImagePlan.of(image).platforms()) {
            text.append("Platform ")
                    .append(platform.name())
                    .append(String.format(", compatibility mask 0x%x:\n", platform.compatibilityMask()));
            for (ImagePlan.Kind kind : ImagePlan.Kind.values()) {
                long size = platform.sizeBytes(kind);
                if (size > 0) {
                    text.append(String.format("  %-10s  0x%x bytes\n", kind.word(), size));
                }
            }
            text.append("  launch digest  ")
                    .append(platform.launchDigest()
                            .map(it -> it.toHex())
                            .orElse("none: without isolation nothing is measured"))
                    .append('\n');
        }
        text.append("Files:\n");
        sizes(image).forEach((name, size) -> text.append(String.format("  %-12s  %d bytes\n", name, size)));
        return text.toString();
    }

    /** Bytes of each output, by name. */
    private static Map<String, Long> sizes(BuiltImage image) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        CountingChannel channel = new CountingChannel();
        IgvmWriter.write(image.file(), channel);
        sizes.put("image", channel.sizeBytes());
        sizes.put("map", (long) image.map().getBytes(StandardCharsets.UTF_8).length);
        image.companions()
                .forEach(it ->
                        sizes.put(it.suffix().substring(1), (long) it.content().size()));
        return sizes;
    }

    static void write(BuiltImage image, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("platforms");
        for (ImagePlan.Platform platform : ImagePlan.of(image).platforms()) {
            json.writeStartObject();
            json.writeStringField("name", platform.name());
            json.writeNumberField("compatibilityMask", platform.compatibilityMask());
            json.writeArrayFieldStart("layout");
            for (ImagePlan.Range range : platform.ranges()) {
                json.writeStartObject();
                json.writeStringField("startGpa", hex(range.range().start()));
                json.writeStringField("endGpa", hex(range.range().end()));
                json.writeStringField("kind", range.kind().word());
                json.writeStringField("tag", range.tag());
                json.writeEndObject();
            }
            json.writeEndArray();
            writeRanges(json, "requiredMemory", platform.requiredMemory());
            writeRanges(json, "relocatable", platform.relocations());
            json.writeObjectFieldStart("sizeBytes");
            for (ImagePlan.Kind kind : ImagePlan.Kind.values()) {
                json.writeNumberField(kind.word(), platform.sizeBytes(kind));
            }
            json.writeEndObject();
            if (platform.launchDigest().isPresent()) {
                json.writeStringField(
                        "launchDigest", platform.launchDigest().get().toHex());
            } else {
                json.writeNullField("launchDigest");
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("files");
        for (Map.Entry<String, Long> file : sizes(image).entrySet()) {
            json.writeNumberField(file.getKey(), file.getValue());
        }
        json.writeEndObject();
    }

    private static void writeRanges(JsonGenerator json, String name, List<Tagged> ranges) throws IOException {
        json.writeArrayFieldStart(name);
        for (Tagged range : ranges) {
            json.writeStartObject();
            json.writeStringField("startGpa", hex(range.range().start()));
            json.writeStringField("endGpa", hex(range.range().end()));
            json.writeStringField("tag", range.tag());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
