package dev.igvmtool.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.E820Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One case of the hand-over test data: configuration, input and what the reference shim left for the kernel.
 *
 * @param config of host and hypervisor, as a tree; the host module reads it into its own form
 */
public record HandoffCase(String name, Path folder, JsonNode config) {
    private static final String ISOLATION = "IGVM file isolation: ";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** All cases, sorted; the test is skipped where the test data is missing. */
    public static List<HandoffCase> all() {
        try (Stream<Path> folders = Files.list(SharedTestData.require("handoff/cases"))) {
            return folders.sorted().map(HandoffCase::of).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HandoffCase of(Path folder) {
        return new HandoffCase(String.valueOf(folder.getFileName()), folder, readJson(folder.resolve("config.json")));
    }

    /** How the partition is isolated: {@code none}, {@code vbs}, {@code snp} or {@code tdx}. */
    public String isolation() {
        return config.get("isolation").asText();
    }

    /** True if the platform itself keeps the host out. */
    public boolean hardwareIsolated() {
        return isolation().equals("snp") || isolation().equals("tdx");
    }

    /** True if the reference reached the kernel. */
    public boolean boots() {
        return json("expected/result.json").get("end").asText().equals("kernel");
    }

    /** True if the host makes the device tree by its rules: there is one, and it was not made by hand. */
    public boolean hasUsualTree() {
        return !config.path("no_device_tree").asBoolean()
                && !config.path("host_tree").path("exotic").asBoolean();
    }

    /** The configuration's file. */
    public Path configFile() {
        return folder.resolve("config.json");
    }

    /** True if the case has a file of this name. */
    public boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    /** A file of the case. */
    public Bytes bytes(String file) {
        try {
            return Bytes.wrap(Files.readAllBytes(folder.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of which the image was made. */
    public Bytes resource(String key) {
        return bytes(json("resources.json").get("resources").get(key).asText());
    }

    /** A file of the case that is JSON. */
    public JsonNode json(String file) {
        return readJson(folder.resolve(file));
    }

    /** Lines of an {@code ndjson} file. */
    public List<JsonNode> lines(String file) {
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : bytes(file).toUtf8().lines().toList()) {
            if (!line.isBlank()) {
                nodes.add(parse(line));
            }
        }
        return nodes;
    }

    /** The one guest configuration of the manifest. */
    public JsonNode openhcl() {
        return json("manifest.json").get("guest_configs").get(0).get("image").get("openhcl");
    }

    /** A number that the configuration writes in hexadecimal. */
    public static long hex(JsonNode node) {
        return Long.parseUnsignedLong(node.asText().substring(2), 16);
    }

    /** The expected memory map. */
    public List<E820Entry> e820() {
        return StreamSupport.stream(json("expected/e820.json").spliterator(), false)
                .map(entry -> new E820Entry(
                        hex(entry.get("start")),
                        hex(entry.get("size")),
                        entry.get("type").asInt()))
                .toList();
    }

    /** Reference time of the read with this number, from 0. */
    public long referenceTime(int read) {
        JsonNode time = config.get("reference_time");
        return time.get("first").asLong() + read * time.get("step").asLong();
    }

    /** The ranges under a heading, in order, in the part of the image map that is for this isolation. */
    public List<Mapped> map(String heading) {
        List<Mapped> ranges = new ArrayList<>();
        boolean ours = false;
        boolean inside = false;
        for (String line : bytes("image.map").toUtf8().lines().toList()) {
            if (!line.startsWith("  ")) {
                if (line.startsWith(ISOLATION)) {
                    ours = line.toLowerCase(Locale.ROOT).startsWith(isolation(), ISOLATION.length());
                }
                inside = ours && line.startsWith(heading);
            } else if (inside) {
                String[] words = line.trim().split(" +", 6);
                ranges.add(new Mapped(
                        new GpaRange(Long.parseUnsignedLong(words[0], 16), Long.parseUnsignedLong(words[2], 16)),
                        line.substring(line.indexOf(')') + 1).trim()));
            }
        }
        return ranges;
    }

    /** One line of the image map. */
    public record Mapped(GpaRange range, String tag) {}

    private static JsonNode readJson(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
