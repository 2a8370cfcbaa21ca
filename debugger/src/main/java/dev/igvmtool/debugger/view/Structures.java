package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Journal;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The structures of a boot: which lie where at the present moment, and what they say. */
public final class Structures {
    private final Debugger debugger;
    private final Optional<ShimImage> shim;
    private Landmarks.@Nullable Known known;

    /** @param shim of the image, if it is an OpenHCL image */
    public Structures(Debugger debugger, Optional<ShimImage> shim) {
        this.debugger = debugger;
        this.shim = shim;
    }

    /** The boot shim, if the image has one. */
    public Optional<ShimImage> shim() {
        return shim;
    }

    private Landmarks landmarks() {
        List<Journal.Entry> inputs = debugger.history().journal().entries();
        Landmarks.Known last = known;
        if (last == null || !last.inputs().equals(inputs)) {
            last = new Landmarks.Known(inputs, Landmarks.find(debugger.history()));
            known = last;
        }
        return last.landmarks();
    }

    /** Moment before the first step of the kernel, if the boot comes that far. */
    public OptionalLong kernelEntryTurn() {
        return landmarks().kernelEntryTurn();
    }

    /** Virtual address of the kernel's entry, if the boot comes that far. */
    public OptionalLong kernelEntryGva() {
        return landmarks().kernelEntryGva();
    }

    /** All that are known, those of the image first. */
    public List<Located> all() {
        return new Locator(debugger.machine(), shim, landmarks()).all();
    }

    /** The smallest of some structures around an address. */
    public static Optional<Located> at(List<Located> structures, long gpa) {
        return structures.stream().filter(it -> it.range().contains(gpa)).min(Comparator.comparingLong(it -> it.range()
                .size()));
    }

    /** Those that do not depend on what is yet to come: parts of the image, and what registers lead to now. */
    public List<Located> present() {
        return new Locator(debugger.machine(), shim, Locator.NO_LANDMARKS).all();
    }

    /** The structure of a name. */
    public Optional<Located> find(String name) {
        return all().stream().filter(it -> it.name().equals(name)).findFirst();
    }

    /** The smallest structure around an address. */
    public Optional<Located> at(long gpa) {
        return all().stream().filter(it -> it.range().contains(gpa)).min(Comparator.comparingLong(it -> it.range()
                .size()));
    }

    /** What a structure says now. */
    public ViewNode view(Located located) {
        return view(located, debugger.machine().physicalMemory());
    }

    /** What a structure says in a memory. */
    public ViewNode view(Located located, Memory memory) {
        ViewNode node = located.type().view(memory, located.gpa());
        return new ViewNode(located.name(), node.text(), node.number(), node.gpa(), node.sizeBytes(), node.children());
    }

    /**
     * A field of a structure.
     *
     * @param structure that it is in
     * @param node what it says
     */
    public record Field(Located structure, ViewNode node) {}

    /**
     * A field by its name: {@code boot-params.e820_table[2].addr}, {@code kernel-tree/chosen:bootargs}.
     *
     * @throws IgvmToolException if there is no such structure or field
     */
    public Field field(String text) {
        return atEntryIfNotNow(() -> fieldNow(text));
    }

    private Field fieldNow(String text) {
        Located found = structureIn(text);
        String path = text.substring(found.name().length());
        String relative = path.startsWith(".") ? path.substring(1) : path;
        return found.type()
                .field(debugger.machine().physicalMemory(), found.gpa(), relative)
                .map(node -> new Field(found, node))
                .orElseThrow(() -> new IgvmToolException(found.name() + " has no field " + relative));
    }

    /** What cannot be answered at this moment is asked at the kernel's entry, where all that the shim makes is whole. */
    private <T> T atEntryIfNotNow(Supplier<T> question) {
        try {
            return question.get();
        } catch (IgvmToolException notNow) {
            OptionalLong entry = kernelEntryTurn();
            if (entry.isEmpty() || entry.getAsLong() == debugger.history().now()) {
                throw notNow;
            }
            return debugger.history().look(() -> {
                debugger.history().goTo(entry.getAsLong());
                try {
                    return question.get();
                } catch (IgvmToolException neverKnown) {
                    throw notNow;
                }
            });
        }
    }

    /** The structure with the longest name that the text starts with. */
    private Located structureIn(String text) {
        return all().stream()
                .filter(it -> text.startsWith(it.name()))
                .max(Comparator.comparingInt(it -> it.name().length()))
                .orElseThrow(() -> new IgvmToolException("no structure called " + text + " at this moment"));
    }

    /**
     * A place by its name: a structure, or a field of one.
     *
     * @throws IgvmToolException if there is no such structure or field
     */
    public Place place(String text) {
        return atEntryIfNotNow(() -> placeNow(text));
    }

    private Place placeNow(String text) {
        Located found = structureIn(text);
        if (found.name().length() == text.length()) {
            return Place.physical(found.gpa(), found.range().size()).named(text);
        }
        ViewNode field = fieldNow(text).node();
        if (field.sizeBytes() == 0) {
            throw new IgvmToolException(text + " has no bytes");
        }
        return Place.physical(field.gpa(), field.sizeBytes()).named(text);
    }

    /** What lies at an address, as a name with a field where there is one; empty if nothing is known to. */
    public Optional<String> nameOf(long gpa) {
        return at(gpa).map(located -> located.name() + pathAt(located, gpa));
    }

    /** Path of the field at an address, with the separator before it; the offset where there is no field. */
    public String pathAt(Located located, long gpa) {
        try {
            String path = pathTo(view(located), gpa);
            return path.isEmpty() ? String.format("+0x%x", gpa - located.gpa()) : path;
        } catch (IgvmToolException unreadable) {
            return String.format("+0x%x", gpa - located.gpa());
        }
    }

    /** Names of the fields down to an address, each with its separator. */
    static String pathTo(ViewNode node, long gpa) {
        for (ViewNode child : node.children()) {
            if (child.sizeBytes() > 0 && gpa >= child.gpa() && gpa < child.gpa() + child.sizeBytes()) {
                return (child.isSeparated() ? "" : ".") + child.name() + pathTo(child, gpa);
            }
        }
        return "";
    }

    /** The range that a structure of some type takes at an address. */
    public Located cast(StructureType type, long gpa) {
        long size = type.sizeBytes(debugger.machine().physicalMemory(), gpa);
        if (gpa < 0 || gpa + size < gpa) {
            throw new IgvmToolException(String.format("0x%x bytes at 0x%x reach past the last address", size, gpa));
        }
        return new Located(
                String.format("%s@0x%x", type.name(), gpa), type, GpaRange.ofSize(gpa, size), "as was asked for");
    }
}
