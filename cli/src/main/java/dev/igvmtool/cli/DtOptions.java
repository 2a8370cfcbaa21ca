package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.FdtWriter;
import dev.igvmtool.devicetree.compile.Compilation;
import dev.igvmtool.devicetree.compile.CompileOptions;
import dev.igvmtool.devicetree.live.LiveTree;
import dev.igvmtool.devicetree.live.Message;
import dev.igvmtool.devicetree.live.Message.Severity;
import dev.igvmtool.devicetree.live.PhandleFormat;
import dev.igvmtool.devicetree.source.Dts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What compiling and decompiling have in common: the options of dtc, and what is done with them. */
final class DtOptions {
    private static final long MOST_SPACE = 256 << 20;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            defaultValue = "-",
            description = "File to write, - for standard output (the default).")
    String output;

    @Option(
            names = {"-I", "--in-format"},
            paramLabel = "dts|dtb|fs",
            description = "What the input is, fs for a folder as /proc/device-tree; found out if not given.")
    String inFormat;

    @Option(
            names = {"-O", "--out-format"},
            paramLabel = "dts|dtb",
            description = "What to write.")
    String outFormat;

    @Option(
            names = {"-V", "--out-version"},
            paramLabel = "N",
            converter = DtNumber.class,
            defaultValue = "17",
            description = "Version of the blob: 1, 2, 3, 16 or 17 (the default).")
    long version;

    @Option(
            names = {"-d", "--out-dependency"},
            paramLabel = "FILE",
            description = "Write the names of all files that were read, as a rule for make.")
    String dependencies;

    @Option(
            names = {"-i", "--include"},
            paramLabel = "DIR",
            description = "Look for included files here as well; repeatable.")
    List<Path> folders = new ArrayList<>();

    @Option(
            names = {"-@", "--symbols"},
            description = "Add __symbols__, so that overlays can refer to labels.")
    boolean symbols;

    @Option(
            names = {"-A", "--auto-alias"},
            description = "Add an alias for each label.")
    boolean aliases;

    @Option(
            names = {"-H", "--phandle"},
            paramLabel = "legacy|epapr|both",
            defaultValue = "epapr",
            description = "Give nodes linux,phandle, phandle (the default) or both.")
    String phandles;

    @Option(
            names = {"-b", "--boot-cpu"},
            paramLabel = "ID",
            converter = DtNumber.class,
            description = "Hardware id of the boot processor, instead of that of the first one in the tree.")
    Long bootCpu;

    @Option(
            names = {"-R", "--reserve"},
            paramLabel = "N",
            converter = DtNumber.class,
            defaultValue = "0",
            description = "Empty entries of the reservation block.")
    long reserve;

    @Option(
            names = {"-S", "--space"},
            paramLabel = "BYTES",
            converter = DtNumber.class,
            defaultValue = "0",
            description = "Fill the blob up to this size.")
    long space;

    @Option(
            names = {"-p", "--pad"},
            paramLabel = "BYTES",
            converter = DtNumber.class,
            defaultValue = "0",
            description = "Add this many bytes to the blob.")
    long pad;

    @Option(
            names = {"-a", "--align"},
            paramLabel = "BYTES",
            converter = DtNumber.class,
            defaultValue = "0",
            description = "Fill the blob up to a multiple of this power of two.")
    long align;

    @Option(
            names = {"-s", "--sort"},
            description = "Sort nodes, properties and reservations.")
    boolean sort;

    @Option(
            names = {"-f", "--force"},
            description = "Write a tree in spite of errors that checks found.")
    boolean force;

    @Option(
            names = "-q",
            description = "Print no warnings; given twice, no errors of checks; three times, nothing of them.")
    boolean[] silence = {};

    @Option(names = "--json", description = "One JSON object with the messages; needs -o FILE.")
    boolean json;

    @Mixin
    DtLevels levels;

    /**
     * Reads, makes and writes a tree.
     *
     * @param otherwise what the input is if nothing tells
     * @param outDefault what to write unless the user says
     * @return exit status
     */
    int run(Console console, String file, DtFile.Kind otherwise, String outDefault, boolean quiet) throws IOException {
        if (json && output.equals("-")) {
            throw new CommandException("--json: found no -o FILE, expected one, as the report goes to standard output");
        }
        String format = outFormat == null ? outDefault : outFormat;
        if (!format.equals("dts") && !format.equals("dtb")) {
            throw new CommandException("-O: found " + format + ", expected dts or dtb");
        }
        FdtWriter.Space blobSpace = space();
        Compilation compilation = new DtFile(file)
                .compile(
                        console,
                        Optional.ofNullable(inFormat).map(DtFile.Kind::of),
                        otherwise,
                        compileOptions(),
                        folders);
        if (!json) {
            print(console, compilation, quiet ? Math.max(1, silence.length) : silence.length);
        }
        Optional<Bytes> content = Optional.empty();
        if (compilation.tree().isPresent()) {
            content = Optional.of(content(file, compilation.tree().orElseThrow(), format, blobSpace));
            if (!json
                    && silence.length == 0
                    && !quiet
                    && space > 0
                    && content.orElseThrow().size() > space) {
                console.error(String.format(
                        "%s: Warning: blob has %d bytes, expected at most the %d of --space",
                        file, content.orElseThrow().size(), space));
            }
            OutputSet outputs = new OutputSet().add(output, content.orElseThrow());
            if (dependencies != null) {
                outputs.add(dependencies, Bytes.utf8(rule(file, compilation.files())));
            }
            outputs.write(console);
        }
        if (json) {
            Optional<Integer> size = content.map(Bytes::size);
            JsonOutput.print(console, "igvmtool.dt-compile/1", out -> write(compilation, size, out));
        }
        return content.isPresent() ? ExitStatus.DONE : ExitStatus.UNUSABLE;
    }

    private FdtWriter.Space space() {
        if (space > 0 && pad > 0) {
            throw new CommandException("found both --space and --pad, expected one of them");
        }
        if (Long.bitCount(align) > 1) {
            throw new CommandException("--align: found " + align + ", expected a power of two");
        }
        if (reserve > 1 << 20 || Math.max(align, Math.max(space, pad)) > MOST_SPACE) {
            throw new CommandException("--reserve, --space, --pad, --align: found a number that is too large");
        }
        return new FdtWriter.Space((int) reserve, (int) space, (int) pad, (int) align);
    }

    private CompileOptions compileOptions() {
        if (bootCpu != null && bootCpu >>> Integer.SIZE != 0) {
            throw new CommandException("--boot-cpu: found " + bootCpu + ", expected 32 bits");
        }
        return new CompileOptions(
                symbols,
                aliases,
                sort,
                force,
                phandleFormat(),
                bootCpu == null ? OptionalLong.empty() : OptionalLong.of(bootCpu),
                levels.levels());
    }

    private PhandleFormat phandleFormat() {
        for (PhandleFormat format : PhandleFormat.values()) {
            if (format.name().toLowerCase(Locale.ROOT).equals(phandles)) {
                return format;
            }
        }
        throw new CommandException("--phandle: found " + phandles + ", expected legacy, epapr or both");
    }

    private Bytes content(String file, LiveTree tree, String format, FdtWriter.Space blobSpace) {
        try {
            if (format.equals("dts")) {
                return Bytes.wrap(Dts.text(tree).getBytes(StandardCharsets.UTF_8));
            }
            Fdt fdt = tree.toFdt();
            return FdtWriter.write(fdt, blobSpace, (int) Math.min(version, Integer.MAX_VALUE));
        } catch (FormatException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
    }

    /** @param level from 0, everything, to 3, only what is wrong with the language */
    private static void print(Console console, Compilation compilation, int level) {
        for (Message message : compilation.messages()) {
            boolean warning = message.severity() == Severity.WARNING;
            boolean hidden = warning ? level >= 1 : message.check().isPresent() && level >= 2;
            if (!hidden) {
                console.error(message.line(compilation.name()));
            }
        }
        if (compilation.messagesLeftOut() > 0 && level == 0) {
            console.error(compilation.name() + ": " + compilation.messagesLeftOut() + " more messages");
        }
        boolean failed = compilation.tree().isEmpty();
        boolean byChecks = compilation.messages().stream()
                .anyMatch(message ->
                        message.severity() == Severity.ERROR && message.check().isPresent());
        if (failed && byChecks && level < 2) {
            console.error(compilation.name() + ": the tree has errors; --force writes it nevertheless");
        }
    }

    private String rule(String file, List<String> files) {
        StringBuilder rule = new StringBuilder(output).append(": ").append(file.equals("-") ? "<stdin>" : file);
        files.forEach(name -> rule.append(' ').append(name));
        return rule.append('\n').toString();
    }

    private static void write(Compilation compilation, Optional<Integer> size, JsonGenerator out) throws IOException {
        out.writeStringField("result", size.isPresent() ? "done" : "failed");
        if (size.isPresent()) {
            out.writeNumberField("sizeBytes", size.orElseThrow());
        }
        out.writeArrayFieldStart("messages");
        for (Message message : compilation.messages()) {
            out.writeStartObject();
            out.writeStringField("severity", message.severity().name().toLowerCase(Locale.ROOT));
            if (message.check().isPresent()) {
                out.writeStringField("check", message.check().orElseThrow());
            }
            out.writeArrayFieldStart("places");
            for (Object place : message.places()) {
                out.writeString(place.toString());
            }
            out.writeEndArray();
            out.writeStringField("subject", message.subject());
            out.writeStringField("text", message.text());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeNumberField("messagesLeftOut", compilation.messagesLeftOut());
    }
}
