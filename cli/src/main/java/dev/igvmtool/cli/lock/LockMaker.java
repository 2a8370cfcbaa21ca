package dev.igvmtool.cli.lock;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.load.BuildInput;
import dev.igvmtool.cli.lock.BuildLock.Item;
import dev.igvmtool.format.IgvmWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes locks.
 *
 * @param tool name and version
 * @param folder of the manifest; paths of inputs below it are kept
 */
public record LockMaker(String tool, Path folder) {
    /**
     * The lock of a build.
     *
     * @param variables of the manifest, with their values
     * @param files manifest and resource file, by name
     */
    public BuildLock lock(
            BuiltImage image, BuildOptions options, Map<String, String> variables, Map<String, BuildInput> files)
            throws IOException {
        Map<String, String> switches = new TreeMap<>();
        switches.put("disable-secure-avic", String.valueOf(options.disableSecureAvic()));
        switches.put("confidential-debug", String.valueOf(options.confidentialDebug()));
        variables.forEach((name, value) -> switches.put("set " + name, value));
        Map<String, Item> inputs = new TreeMap<>();
        files.forEach((name, input) -> inputs.put(name, item(input)));
        for (BuildInput input : image.inputs()) {
            String name = input.name();
            // A path may stand in an archive twice; the kernel lets the later one win.
            for (int i = 2; inputs.containsKey(name); i++) {
                name = input.name() + " #" + i;
            }
            inputs.put(name, item(input));
        }
        Map<String, String> digests = new TreeMap<>();
        image.measurements()
                .forEach(it -> digests.put(it.platform(), it.digest().toHex()));
        return new BuildLock(tool, switches, inputs, outputs(image), digests);
    }

    private static Map<String, Item> outputs(BuiltImage image) throws IOException {
        Map<String, Item> outputs = new TreeMap<>();
        Sha256 whole = new Sha256();
        IgvmWriter.write(image.file(), whole);
        outputs.put("image", whole.item(""));
        outputs.put("map", Sha256.of("", Bytes.utf8(image.map())));
        image.companions().forEach(it -> outputs.put(it.suffix().substring(1), Sha256.of("", it.content())));
        return outputs;
    }

    private Item item(BuildInput input) {
        String place = input.file().flatMap(this::place).orElse("");
        String from = place.isEmpty() || input.note().isEmpty() ? place + input.note() : place + ", " + input.note();
        return Sha256.of(from, input.content());
    }

    /** The same wherever the folder stands: what lies outside of it goes by its name alone. */
    private Optional<String> place(Path file) {
        Path top = folder.toAbsolutePath().normalize();
        Path path = file.toAbsolutePath().normalize();
        Path shown = path.startsWith(top) ? top.relativize(path) : path.getFileName();
        return Optional.ofNullable(shown).map(it -> it.toString().replace('\\', '/'));
    }
}
