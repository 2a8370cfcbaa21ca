package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.console.Command.Argument;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.MemoryChange;
import dev.igvmtool.debugger.view.PageFacts;
import dev.igvmtool.debugger.view.Provenance;
import dev.igvmtool.debugger.view.StructureType;
import dev.igvmtool.debugger.view.StructureTypes;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.debugger.view.ViewChange;
import dev.igvmtool.debugger.view.ViewNode;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.List;
import java.util.Optional;

/** Memory: as structures, as bytes, who wrote it, what changed. */
final class MemoryCommands {
    private static final long DEFAULT_DUMP = 64;
    private static final long MAX_DUMP = 1 << 20;
    private static final long DEFAULT_WRITTEN = 8;
    private static final int SHOWN_CHANGES = 100;
    private static final int SHOWN_BYTES = 16;

    private MemoryCommands() {}

    static List<Command> all() {
        return List.of(
                Command.named("show")
                        .takes("NAME | TYPE@ADDRESS | ADDRESS", Argument.STRUCTURE)
                        .does("show memory as the structure that lies there")
                        .details(
                                "A name is one that 'structures' lists, with a field if wanted; a type is one that",
                                "'types' lists. An address alone shows the structure around it.")
                        .examples("show boot-params", "show e820", "show device-tree@0x8545000", "show 0x84c2000")
                        .as(MemoryCommands::show),
                Command.named("structures", "ls")
                        .does("list the structures that are known now")
                        .as((session, words) -> {
                            words.end();
                            session.structures()
                                    .all()
                                    .forEach(it -> session.printf(
                                            "%-28s %s  %s (%s)",
                                            it.name(), it.range(), it.type().title(), it.foundBy()));
                        }),
                Command.named("types").does("list the kinds of structures").as((session, words) -> {
                    words.end();
                    StructureTypes.all().forEach(it -> session.printf("%-24s %s", it.name(), it.title()));
                }),
                Command.named("memory", "x")
                        .takes("PLACE [LENGTH]", Argument.PLACE)
                        .does("show bytes")
                        .examples("memory 0x84c2000 128", "memory gva:$rsp 64", "memory host-tree 40")
                        .as(MemoryCommands::dump),
                Command.named("who-wrote", "who")
                        .takes("PLACE [LENGTH]", Argument.PLACE)
                        .does("say who put bytes there: a step, the hypervisor, you, or a part of the image")
                        .examples("who-wrote boot-params.ramdisk_image", "who-wrote 0x84c22d0 40")
                        .as(MemoryCommands::whoWrote),
                Command.named("diff")
                        .takes("TURN [TURN] [PLACE]", Argument.NONE, Argument.NONE, Argument.PLACE)
                        .does("show what differs between two moments; the second is the present one if not given")
                        .examples("diff 70", "diff 60 77 boot-params", "diff 0 100 0x84c2000 4096")
                        .as(MemoryCommands::diff),
                Command.named("walk")
                        .takes("GVA")
                        .does("walk the page tables of the selected VP")
                        .examples("walk $rip", "walk 0x8431000")
                        .as(MemoryCommands::walk),
                Command.named("page")
                        .takes("PLACE", Argument.PLACE)
                        .does("show whose a page is, and what each VTL may do with it")
                        .examples("page 0x84c2000")
                        .as((session, words) -> {
                            Values values = new Values(session);
                            long gpa = values.gpa(values.place(words, 1));
                            words.end();
                            session.print(PageFacts.of(session.debugger().machine(), gpa)
                                    .toString());
                        }),
                Command.named("write")
                        .takes("PLACE BYTES", Argument.PLACE)
                        .does("write bytes; what was known of the future is forgotten")
                        .details("Bytes are pairs of hexadecimal digits in memory order, or text:ANYTHING.")
                        .examples("write 0x84c2210 ff", "write gva:$rsi 0011223344556677")
                        .as(MemoryCommands::write));
    }

    private static void show(Session session, Words words) {
        String text = words.take("a structure, a type with an address, or an address");
        words.end();
        Printer printer = new Printer(session);
        Structures structures = session.structures();
        int at = text.indexOf('@');
        String typeName = at < 0 ? "" : text.substring(0, at);
        Optional<StructureType> type = StructureTypes.find(typeName);
        if (type.isPresent()) {
            Located located = structures.cast(type.get(), new Values(session).number(text.substring(at + 1)));
            printer.structure(located, structures.view(located), Optional.empty());
            return;
        }
        if (Values.looksLikeNumber(text) || text.startsWith("gva:")) {
            Values values = new Values(session);
            long gpa = values.gpa(values.place(text, 1));
            Located located = structures
                    .at(gpa)
                    .orElseThrow(() ->
                            new CommandException(String.format("nothing is known to lie at 0x%x; see: types", gpa)));
            ViewNode view = structures.view(located);
            printer.structure(located, view, Optional.of(structures.pathAt(located, gpa)));
            return;
        }
        Optional<Located> named = structures.find(text);
        if (named.isPresent()) {
            printer.structure(named.get(), structures.view(named.get()), Optional.empty());
        } else {
            Structures.Field field = structures.field(text);
            printer.node("", field.node(), structures.present());
        }
    }

    private static void dump(Session session, Words words) {
        Values values = new Values(session);
        Place place = values.place(words, DEFAULT_DUMP);
        words.end();
        if (place.length() > MAX_DUMP) {
            throw new CommandException("more than " + MAX_DUMP + " bytes");
        }
        Bytes content = place.gva().isPresent()
                ? AddressSpace.of(session.vp()).read(place.gva().getAsLong(), (int) place.length())
                : session.debugger()
                        .machine()
                        .physicalMemory()
                        .readBytes(place.gpa().orElseThrow(), (int) place.length());
        new Printer(session).bytes(place.gpa().orElse(place.gva().orElse(0)), content);
    }

    private static void whoWrote(Session session, Words words) {
        Values values = new Values(session);
        Place place = values.place(words, DEFAULT_WRITTEN);
        words.end();
        if (place.length() > MAX_DUMP) {
            throw new CommandException("more than " + MAX_DUMP + " bytes");
        }
        GpaRange range = values.range(place);
        Provenance.of(session.debugger(), session.origins(), range).forEach(piece -> session.print(piece.toString()));
    }

    private static void diff(Session session, Words words) {
        Values values = new Values(session);
        long first = values.number(words.take("a turn"));
        long second = words.peek().filter(Values::looksLikeNumber).isPresent()
                ? values.number(words.take("a turn"))
                : session.debugger().now().turn();
        checkTurn(session, first);
        checkTurn(session, second);
        if (words.peek()
                .filter(name -> session.structures().find(name).isPresent())
                .isPresent()) {
            Located located =
                    session.structures().find(words.take("a structure")).orElseThrow();
            words.end();
            diffStructure(session, first, second, located);
            return;
        }
        Optional<GpaRange> within = words.hasNext()
                ? Optional.of(values.range(values.place(words, PhysicalMemory.PAGE_SIZE)))
                : Optional.empty();
        words.end();
        List<MemoryChange> changes = MemoryChange.between(session.debugger(), first, second, within);
        changes.stream()
                .limit(SHOWN_CHANGES)
                .forEach(change -> session.printf(
                        "%s  %s -> %s  %s",
                        change.range(),
                        shortened(change.before()),
                        shortened(change.after()),
                        session.structures().nameOf(change.range().start()).orElse("")));
        if (changes.size() > SHOWN_CHANGES) {
            session.print("and " + (changes.size() - SHOWN_CHANGES) + " more ranges");
        }
        session.print(changes.isEmpty() ? "no difference" : changes.size() + " ranges differ");
    }

    private static void checkTurn(Session session, long turn) {
        if (turn < session.debugger().history().start()) {
            throw new CommandException(
                    "the first moment is turn " + session.debugger().history().start());
        }
    }

    private static String shortened(Bytes bytes) {
        return bytes.size() <= SHOWN_BYTES
                ? bytes.toHex()
                : bytes.slice(0, SHOWN_BYTES).toHex() + "...";
    }

    private static void diffStructure(Session session, long first, long second, Located located) {
        long here = session.debugger().now().turn();
        ViewNode before;
        ViewNode after;
        try {
            session.debugger().goTo(first);
            before = session.structures().view(located);
            session.debugger().goTo(second);
            after = session.structures().view(located);
        } finally {
            session.debugger().goTo(here);
        }
        List<ViewChange> changes = ViewChange.between(before, after);
        changes.forEach(change -> session.printf(
                "%-40s %s -> %s", Escape.line(change.path()), orNothing(change.before()), orNothing(change.after())));
        session.print(changes.isEmpty() ? "no difference" : changes.size() + " fields differ");
    }

    private static String orNothing(String text) {
        return text.isEmpty() ? "(nothing)" : Escape.line(text);
    }

    private static void walk(Session session, Words words) {
        long gva = new Values(session).number(words.take("a virtual address"));
        words.end();
        AddressSpace space = AddressSpace.of(session.vp());
        if (!space.paging()) {
            session.print("paging is off: virtual addresses are physical");
            return;
        }
        AddressSpace.Walk walk = space.walk(gva);
        walk.steps()
                .forEach(step -> session.printf(
                        "%-5s entry at 0x%x: 0x%016x  %s", step.level(), step.entryGpa(), step.entry(), step.flags()));
        session.print(
                walk.gpa().isPresent()
                        ? String.format(
                                "GVA 0x%x is GPA 0x%x%s",
                                gva, walk.gpa().getAsLong(), walk.encrypted() ? ", bit for encryption set" : "")
                        : String.format("GVA 0x%x is not mapped", gva));
    }

    private static void write(Session session, Words words) {
        Values values = new Values(session);
        Place place = values.place(words.take("a place"), 1);
        Bytes content = Values.bytes(words.take("bytes"));
        words.end();
        long forgotten =
                session.debugger().history().end() - session.debugger().now().turn();
        session.debugger().apply(new Input.MemoryWrite(values.gpa(place), content));
        session.print("wrote " + content.size() + " bytes"
                + (forgotten > 0 ? "; the " + forgotten + " turns that were known to follow are forgotten" : ""));
    }
}
