package dev.igvmtool.cli.debug;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.builder.BuiltImage;
import dev.igvmtool.builder.load.BuildInput;
import dev.igvmtool.debugger.view.Origins;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.host.loader.LoadPlan;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The origins of loaded bytes: the directive that brings them, where in the file they stand, and which resource of the
 * manifest they were.
 */
final class ImageOrigins implements Origins {
    private static final long PAGE = PhysicalMemory.PAGE_SIZE;

    private final IgvmFile file;
    private final Bytes content;
    private final LoadPlan plan;
    private final Supplier<Optional<BuiltImage>> build;
    private final LayoutNames names;
    private final Map<Long, Integer> directives = new TreeMap<>();
    private final Set<Overlay> overlays = new LinkedHashSet<>();
    private boolean hasBuilt;
    private Optional<BuiltImage> built = Optional.empty();

    /** What was put over the image after loading. */
    private record Overlay(GpaRange range, String what) {}

    /**
     * @param content of the image file
     * @param build builds the image again, to find its resources; only called when somebody asks
     * @param names of parts of the layout
     */
    ImageOrigins(IgvmFile file, Bytes content, LoadPlan plan, Supplier<Optional<BuiltImage>> build, LayoutNames names) {
        this.file = file;
        this.content = content;
        this.plan = plan;
        this.build = build;
        this.names = names;
        for (int i = 0; i < file.directives().size(); i++) {
            Directive directive = file.directives().get(i);
            if (directive.appliesTo(plan.platform().compatibilityMask())) {
                index(directive, i);
            }
        }
    }

    private void index(Directive directive, int number) {
        if (directive instanceof PageData page) {
            directives.put(relocated(page.gpa()), number);
        } else if (directive instanceof VpContext context && context.gpa() != 0) {
            directives.put(relocated(context.gpa()), number);
        } else if (directive instanceof ParameterInsert insert) {
            long gpa = relocated(insert.gpa());
            long size = areaSize(insert.parameterAreaIndex());
            for (long at = gpa; at < gpa + size; at += PAGE) {
                directives.put(at, number);
            }
        }
    }

    private long areaSize(int area) {
        for (Directive directive : file.directives()) {
            if (directive instanceof ParameterArea it && it.parameterAreaIndex() == area) {
                return it.numberOfBytes();
            }
        }
        return 0;
    }

    private long relocated(long gpa) {
        return plan.relocation().map(relocation -> relocation.apply(gpa)).orElse(gpa);
    }

    /** A stage was put over the image; told again when the moment comes again. */
    void addOverlay(GpaRange range, String what) {
        overlays.add(new Overlay(range, what));
    }

    @Override
    public Optional<Origin> at(long gpa) {
        for (Overlay overlay : overlays) {
            if (overlay.range.contains(gpa)) {
                return Optional.of(new Origin(overlay.what, "", "", overlay.range.end()));
            }
        }
        long page = gpa & -PAGE;
        Integer number = directives.get(page);
        if (number == null) {
            return plan.relocation()
                    .filter(relocation -> GpaRange.ofSize(
                                    relocation.pageTables().gpa() + relocation.offset(),
                                    relocation.pageTables().size())
                            .contains(gpa))
                    .map(unused -> new Origin("page tables", "rebuilt by the host", "", page + PAGE));
        }
        Directive directive = file.directives().get(number);
        String header = "directive " + number + ", " + kind(directive);
        if (directive instanceof ParameterInsert insert) {
            return Optional.of(new Origin(header, hostValue(insert.parameterAreaIndex()), "", page + PAGE));
        }
        Bytes data = directive instanceof PageData it ? it.content() : ((VpContext) directive).content();
        int offset = (int) (gpa - page);
        String place =
                offset < data.size() ? fileOffset(data, offset) : "zeros behind " + data.size() + " bytes of content";
        return Optional.of(new Origin(header, place, resource(number, gpa, offset), page + PAGE));
    }

    /** Lines with which gdb loads the symbols of the executables that the image was built from, where they run. */
    List<String> symbolLines() {
        List<String> lines = new ArrayList<>();
        Optional<BuiltImage> image = built();
        if (image.isEmpty()) {
            return lines;
        }
        for (BuildInput input : image.get().inputs()) {
            if (input.file().isPresent()) {
                offset(image.get(), input)
                        .ifPresent(offset -> lines.add(String.format(
                                "add-symbol-file %s -o 0x%x", input.file().get().toAbsolutePath(), offset)));
            }
        }
        return lines;
    }

    /** How far from its own addresses an executable was loaded; empty if it is none, or was not loaded. */
    private OptionalLong offset(BuiltImage image, BuildInput input) {
        ElfFile elf;
        try {
            elf = ElfFile.read(input.content());
        } catch (FormatException other) {
            return OptionalLong.empty();
        }
        for (int i = 0; i < image.file().directives().size(); i++) {
            if (image.file().directives().get(i) instanceof PageData page
                    && !page.content().isEmpty()) {
                OptionalInt place = page.content().offsetIn(input.content());
                if (place.isEmpty()) {
                    continue;
                }
                long offset = place.getAsInt();
                for (ProgramHeader segment : elf.loadSegments()) {
                    if (offset >= segment.offset() && offset < segment.offset() + segment.filesz()) {
                        return OptionalLong.of(relocated(page.gpa()) - (segment.vaddr() + offset - segment.offset()));
                    }
                }
            }
        }
        return OptionalLong.empty();
    }

    private Optional<BuiltImage> built() {
        if (!hasBuilt) {
            built = build.get();
            hasBuilt = true;
        }
        return built;
    }

    private static String kind(Directive directive) {
        if (directive instanceof PageData page) {
            return "PAGE_DATA" + (page.flags().unmeasured() ? ", unmeasured" : "");
        }
        return directive instanceof VpContext ? "VP_CONTEXT" : "PARAMETER_INSERT";
    }

    private String fileOffset(Bytes data, int offset) {
        OptionalInt start = data.offsetIn(content);
        return start.isPresent() ? String.format("file offset 0x%x", start.getAsInt() + offset) : "";
    }

    private String hostValue(int area) {
        StringBuilder text = new StringBuilder("filled by the host:");
        for (Directive directive : file.directives()) {
            if (directive instanceof Parameter parameter && parameter.parameterAreaIndex() == area) {
                text.append(' ').append(parameter.kind());
            }
        }
        return text.toString();
    }

    /** Name in the layout, and where in which resource the byte stands. */
    private String resource(int number, long gpa, int offset) {
        long filed = plan.relocation()
                .filter(relocation -> relocation.region().range().contains(gpa - relocation.offset()))
                .map(relocation -> gpa - relocation.offset())
                .orElse(gpa);
        String name = names.at(filed).map(it -> "part " + it).orElse("");
        Optional<BuiltImage> image = built();
        if (image.isEmpty() || number >= image.get().file().directives().size()) {
            return name;
        }
        Directive directive = image.get().file().directives().get(number);
        if (name.isEmpty()) {
            name = LayoutNames.of(image.get().map())
                    .at(filed)
                    .map(it -> "part " + it)
                    .orElse("");
        }
        if (directive instanceof PageData page && offset < page.content().size()) {
            for (BuildInput input : image.get().inputs()) {
                OptionalInt start = page.content().offsetIn(input.content());
                if (start.isPresent()) {
                    return (name.isEmpty() ? "" : name + ", ")
                            + String.format(
                                    "resource %s%s offset 0x%x",
                                    input.name(),
                                    input.file().map(path -> " (" + path + ")").orElse(""),
                                    start.getAsInt() + offset);
                }
            }
        }
        return name;
    }
}
