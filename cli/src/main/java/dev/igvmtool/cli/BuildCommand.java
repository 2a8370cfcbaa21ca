package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.builder.BuildOptions;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.ImageBuilder;
import dev.igvmtool.builder.manifest.ManifestReader;
import dev.igvmtool.builder.manifest.ManifestReader.ManifestFile;
import dev.igvmtool.builder.manifest.ResourceReader;
import dev.igvmtool.builder.manifest.Resources;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.IgvmWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
                    + " where BASE is OUT without its last extension."
        },
        footer = {"", "Example: igvmtool build -m samples/openhcl-x64/manifest.yaml -o openhcl.bin"})
final class BuildCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(
            names = {"-m", "--manifest"},
            paramLabel = "MANIFEST",
            required = true,
            description = "Manifest, JSON or YAML by its extension.")
    Path manifest;

    @Option(
            names = {"-r", "--resources"},
            paramLabel = "RESOURCES",
            description = "Resource file; what it names wins over the manifest's own resources.")
    Optional<Path> resources;

    @Option(names = "--resource", paramLabel = "KEY=PATH", description = "One resource; wins over both. Repeatable.")
    List<String> overrides = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Image to write, - for standard output.")
    Optional<String> output;

    @Option(names = "--plan", description = "Show the layout and write nothing.")
    boolean plan;

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
        if (output.isEmpty() && !plan) {
            throw new CommandException("build needs --output or --plan");
        }
        ManifestFile file = ManifestReader.read(manifest);
        Resources all = resources
                .map(path -> file.resources().with(ResourceReader.read(path)))
                .orElse(file.resources());
        for (String override : overrides) {
            all = all.withOption(override, Path.of("").toAbsolutePath());
        }
        BuiltImage image = ImageBuilder.build(
                file.manifest(), all, StagePrograms::image, new BuildOptions(disableSecureAvic, confidentialDebug));
        if (debugValidation) {
            validate(image);
        }
        if (plan) {
            console.out().print(image.map());
        } else {
            write(image, output.orElseThrow());
        }
        return ExitStatus.DONE;
    }

    private static void validate(BuiltImage image) {
        Bytes written = IgvmWriter.toBytes(image.file());
        if (!IgvmWriter.toBytes(IgvmReader.read(written)).equals(written)) {
            throw new IllegalStateException("the image read back and written again differs");
        }
    }

    private void write(BuiltImage image, String out) throws IOException {
        if (!out.equals("-")) {
            String base = withoutExtension(out);
            for (BuiltImage.Companion companion : image.companions()) {
                write(base + companion.suffix(), companion.content());
            }
        }
        new OutputFile(out).write(console, stream -> IgvmWriter.write(image.file(), Channels.newChannel(stream)));
        if (!out.equals("-")) {
            report(out);
            write(out + ".map", Bytes.utf8(image.map()));
        }
    }

    private void write(String name, Bytes content) throws IOException {
        new OutputFile(name).write(console, content);
        report(name);
    }

    private void report(String name) {
        if (!common.quiet) {
            console.out().println(Printable.escape(name));
        }
    }

    private static String withoutExtension(String name) {
        int dot = name.lastIndexOf('.');
        return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
    }
}
