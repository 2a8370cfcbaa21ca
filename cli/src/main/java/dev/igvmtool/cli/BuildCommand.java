package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.load.BuildInput;
import dev.igvmtool.builder.manifest.ManifestOptions;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ManifestReader.ManifestFile;
import dev.igvmtool.builder.manifest.ManifestSchema;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.cli.lock.BuildLock;
import dev.igvmtool.cli.lock.LockFile;
import dev.igvmtool.cli.lock.LockMaker;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.IgvmWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code build}: an image from a manifest. */
@Command(
        name = "build",
        description = {
            "Builds an image from a manifest, in the form of igvmfilegen or as YAML with its own resources.",
            "Writes OUT and OUT.map, and for measurable platforms BASE-snp.json, .cbor, .idblock and so on,"
                    + " where BASE is OUT without its last extension: all of them, or none."
        },
        footer = {"", "Example: igvmtool build -m samples/openhcl-x64/manifest.yaml -o openhcl.bin"})
final class BuildCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-m", "--manifest"},
            paramLabel = "MANIFEST",
            description = "Manifest, JSON or YAML by its extension.")
    Optional<Path> manifest;

    @Option(
            names = {"-r", "--resources"},
            paramLabel = "RESOURCES",
            description = "Resource file; what it names wins over the manifest's own resources.")
    Optional<Path> resources;

    @Option(names = "--resource", paramLabel = "KEY=PATH", description = "One resource; wins over both. Repeatable.")
    List<String> overrides = List.of();

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "Value of a variable of the manifest. Repeatable.")
    Map<String, String> variables = Map.of();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Folder that the manifest's own resources must lie in; its own folder without this option.")
    Optional<Path> root;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Image to write, - for standard output.")
    Optional<String> output;

    @Option(names = "--plan", description = "Show layout, sizes and what would be measured; write nothing.")
    boolean plan;

    @Option(
            names = "--lock",
            paramLabel = "LOCK",
            description = "Write the digests of all inputs and outputs, and the version of igvmtool.")
    Optional<String> lock;

    @Option(
            names = "--check",
            paramLabel = "LOCK",
            description =
                    "Compare with a lock and name what changed: status 1 if anything did, and nothing is written.")
    Optional<String> check;

    @Option(names = "--json", description = "Print --plan or --check as JSON.")
    boolean json;

    @Option(names = "--print-schema", description = "Print the JSON Schema of manifests in YAML.")
    boolean printSchema;

    @Option(names = "--debug-validation", description = "Read the image back, write it again and compare.")
    boolean debugValidation;

    @Option(names = "--disable-secure-avic", description = "Build SNP configurations without secure AVIC.")
    boolean disableSecureAvic;

    @Option(
            names = "--confidential-debug",
            description = "Append OPENHCL_CONFIDENTIAL_DEBUG=1 to every OpenHCL command line.")
    boolean confidentialDebug;

    BuildCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (printSchema) {
            console.out().print(ManifestSchema.text());
            return ExitStatus.DONE;
        }
        Path file = manifest.orElseThrow(() -> new CommandException("build needs --manifest"));
        checkUse();
        Build build = build(file);
        if (debugValidation) {
            validate(build.image);
        }
        if (plan) {
            showPlan(build.image);
            return ExitStatus.DONE;
        }
        OutputSet outputs = outputs(build.image);
        Optional<BuildLock> now =
                lock.isPresent() || check.isPresent() ? Optional.of(lockOf(build, file)) : Optional.empty();
        if (check.isPresent()) {
            BuildLock locked = new InputFile(check.get()).read(console, LockFile::read);
            if (!LockReport.print(console, check.get(), locked, now.orElseThrow(), json, common.quiet)) {
                return ExitStatus.FINDING;
            }
        }
        lock.ifPresent(name -> outputs.add(name, LockFile.write(now.orElseThrow())));
        outputs.checkAgainst(inputs(build, file));
        outputs.write(console);
        report(outputs);
        return ExitStatus.DONE;
    }

    private void checkUse() {
        if (output.isEmpty() && !plan && lock.isEmpty() && check.isEmpty()) {
            throw new CommandException("build needs --output, --plan, --lock or --check");
        }
        if (plan && (output.isPresent() || lock.isPresent() || check.isPresent())) {
            throw new CommandException("--plan writes nothing: --output, --lock and --check do not go with it");
        }
        if (lock.isPresent() && check.isPresent()) {
            throw new CommandException("--lock and --check do not go together");
        }
        if (json && !plan && check.isEmpty()) {
            throw new CommandException("--json goes with --plan or --check");
        }
        if (json && output.equals(Optional.of("-"))) {
            throw new CommandException("--json and the image cannot both go to standard output");
        }
    }

    /** A finished build with what the manifest said. */
    private record Build(ManifestFile manifest, BuildOptions options, BuiltImage image) {}

    private Build build(Path path) {
        ManifestFile file = ManifestReader.read(path, new ManifestOptions(variables, root));
        Resources all = resources
                .map(it -> file.resources().with(ResourceReader.read(it)))
                .orElse(file.resources());
        for (String override : overrides) {
            all = all.withOption(override, Path.of("").toAbsolutePath());
        }
        BuildOptions options = new BuildOptions(disableSecureAvic, confidentialDebug);
        return new Build(file, options, ImageBuilder.build(file.manifest(), all, StagePrograms::image, options));
    }

    private static void validate(BuiltImage image) {
        Bytes written = IgvmWriter.toBytes(image.file());
        if (!IgvmWriter.toBytes(IgvmReader.read(written)).equals(written)) {
            throw new IllegalStateException("the image read back and written again differs");
        }
    }

    private void showPlan(BuiltImage image) throws IOException {
        if (json) {
            JsonOutput.print(console, "igvmtool.plan/1", out -> PlanView.write(image, out));
        } else {
            console.out().print(PlanView.text(image));
        }
    }

    private BuildLock lockOf(Build build, Path file) throws IOException {
        Map<String, BuildInput> files = new TreeMap<>();
        files.put("manifest", input("manifest", file));
        resources.ifPresent(it -> files.put("resources", input("resources", it)));
        Path folder = file.toAbsolutePath().normalize().getParent();
        LockMaker maker = new LockMaker(Main.VERSION, folder == null ? file : folder);
        return maker.lock(build.image, build.options, build.manifest.variables(), files);
    }

    private BuildInput input(String name, Path file) {
        return new BuildInput(
                name, Optional.of(file), "", new InputFile(file.toString()).read(console, content -> content));
    }

    private List<Path> inputs(Build build, Path file) {
        List<Path> inputs = new ArrayList<>(List.of(file));
        resources.ifPresent(inputs::add);
        check.filter(it -> !it.equals("-")).map(Path::of).ifPresent(inputs::add);
        build.image.inputs().forEach(it -> it.file().ifPresent(inputs::add));
        return inputs;
    }

    /** The image comes last: where it is new, all that belongs to it is. */
    private OutputSet outputs(BuiltImage image) {
        OutputSet outputs = new OutputSet();
        if (output.isEmpty()) {
            return outputs;
        }
        String out = output.get();
        if (!OutputSet.isStream(out)) {
            String base = withoutExtension(out);
            for (BuiltImage.Companion companion : image.companions()) {
                outputs.add(base + companion.suffix(), companion.content());
            }
            outputs.add(out + ".map", Bytes.utf8(image.map()));
        }
        return outputs.addLarge(out, channel -> IgvmWriter.write(image.file(), channel));
    }

    private void report(OutputSet outputs) {
        if (!common.quiet && !json && !output.equals(Optional.of("-"))) {
            outputs.names().forEach(name -> console.out().println(Printable.escape(name)));
        }
    }

    private static String withoutExtension(String name) {
        int dot = name.lastIndexOf('.');
        return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
    }
}
