package dev.igvmtool.cli.lock;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A build in digests: the same manifest, resources, options and tool give the same lock, wherever they stand.
 *
 * @param tool name and version
 * @param options switches and variables by name, as the build had them
 * @param inputs manifest, resource file, resources and parts of archives, by name
 * @param outputs {@code image}, {@code map}, {@code snp.json} and so on, by name
 * @param launchDigests by platform, in lower-case hex
 */
public record BuildLock(
        String tool,
        Map<String, String> options,
        Map<String, Item> inputs,
        Map<String, Item> outputs,
        Map<String, String> launchDigests) {
    private static final String ABSENT = "absent";

    public BuildLock {
        options = sorted(options);
        inputs = sorted(inputs);
        outputs = sorted(outputs);
        launchDigests = sorted(launchDigests);
    }

    private static <T> Map<String, T> sorted(Map<String, T> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /**
     * An input or an output.
     *
     * @param from where it comes from: path below the manifest's folder, or {@code stage NAME}; empty for outputs
     * @param sha256 in lower-case hex
     */
    public record Item(String from, long sizeBytes, String sha256) {
        private String describe() {
            return "sha256 " + sha256 + ", " + sizeBytes + " bytes" + (from.isEmpty() ? "" : ", " + from);
        }
    }

    /**
     * Something that is not as it was.
     *
     * @param kind {@code option}, {@code input}, {@code output} or {@code launch digest}
     * @param locked in the lock; {@code absent} if it is not there
     * @param now in the build of now; {@code absent} if it is not there
     */
    public record Change(String kind, String name, String locked, String now) {}

    /** What differs in a later build, causes first. The tool is not compared: another version may build the same. */
    public List<Change> changesTo(BuildLock now) {
        List<Change> changes = new ArrayList<>();
        compare("option", options, now.options, changes);
        compare("input", described(inputs), described(now.inputs), changes);
        compare("output", described(outputs), described(now.outputs), changes);
        compare("launch digest", launchDigests, now.launchDigests, changes);
        return changes;
    }

    private static Map<String, String> described(Map<String, Item> items) {
        Map<String, String> result = new TreeMap<>();
        items.forEach((name, item) -> result.put(name, item.describe()));
        return result;
    }

    private static void compare(
            String kind, Map<String, String> locked, Map<String, String> now, List<Change> changes) {
        TreeSet<String> names = new TreeSet<>(locked.keySet());
        names.addAll(now.keySet());
        for (String name : names) {
            String before = locked.getOrDefault(name, ABSENT);
            String after = now.getOrDefault(name, ABSENT);
            if (!before.equals(after)) {
                changes.add(new Change(kind, name, before, after));
            }
        }
    }
}
