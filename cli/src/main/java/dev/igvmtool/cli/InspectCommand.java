package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.show.HeaderView;
import dev.igvmtool.format.show.Listing;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect}: what an IGVM file holds. */
@Command(
        name = "inspect",
        description = "Shows the headers of an IGVM file in file order, runs of pages in one line.",
        footer = {"", "Example: igvmtool inspect --headers openhcl.bin"})
final class InspectCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common;

    @Option(names = "--headers", description = "One line for each header.")
    boolean headers;

    @Option(names = "--json", description = "One JSON object with a record for each header.")
    boolean json;

    @Parameters(paramLabel = "FILE", description = "IGVM file, - for standard input.")
    String file;

    InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        IgvmFile igvm = new InputFile(file).read(console, IgvmReader::read);
        if (json) {
            JsonOutput.print(console, "igvmtool.inspect/1", out -> write(igvm, out));
        } else if (headers) {
            HeaderView.of(igvm).forEach(view -> console.out()
                    .printf("%d  %s  0x%x  %s%n", view.index(), view.section(), view.type(), view.line()));
        } else {
            Listing.of(igvm).lines().forEach(console.out()::println);
        }
        return ExitStatus.DONE;
    }

    private static void write(IgvmFile igvm, JsonGenerator out) throws IOException {
        out.writeNumberField("formatVersion", igvm.revision().formatVersion());
        out.writeStringField("architecture", igvm.revision().architecture().name());
        out.writeArrayFieldStart("headers");
        for (HeaderView view : HeaderView.of(igvm)) {
            out.writeStartObject();
            out.writeNumberField("index", view.index());
            out.writeStringField("section", view.section());
            out.writeStringField("type", "0x" + Integer.toHexString(view.type()));
            out.writeStringField("name", view.name());
            out.writeObjectFieldStart("fields");
            for (Map.Entry<String, String> field : view.fields().entrySet()) {
                out.writeStringField(field.getKey(), field.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
