package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.EventText;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.MemoryRuns;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.PageFacts;
import dev.igvmtool.debugger.view.RegisterFile;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.debugger.view.ViewNode;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/** What can be shown at the present moment: registers, structures, the state of a page, what the last turn did. */
final class Items {
    private static final int MAX_SUMMARY = 80;

    private final Debugger debugger;
    private final Structures structures;

    Items(DapTarget target) {
        this.debugger = target.debugger();
        this.structures = target.structures();
    }

    /** Registers of a VTL of a VP: general ones, and the other groups. */
    List<Item> registers(int vp, int vtl) {
        List<Item> items = new ArrayList<>(group(vp, vtl, RegisterFile.Group.GENERAL));
        for (RegisterFile.Group group : RegisterFile.Group.values()) {
            if (group != RegisterFile.Group.GENERAL) {
                items.add(Item.group(group.name().toLowerCase(Locale.ROOT), "", () -> group(vp, vtl, group)));
            }
        }
        return items;
    }

    private List<Item> group(int vp, int vtl, RegisterFile.Group group) {
        return RegisterFile.all().stream()
                .filter(register -> register.group() == group)
                .map(register -> register(register, vp, vtl))
                .toList();
    }

    private Item register(RegisterFile.Register register, int vp, int vtl) {
        LongConsumer setter =
                value -> debugger.apply(new Input.RegisterWrite(vp, vtl, register.hvName(), RegisterValue.of(value)));
        return new Item(
                register.name(),
                register.text(debugger.machine().vp(vp), vtl),
                "$" + register.name(),
                Optional.empty(),
                Optional.empty(),
                register.wide() ? Optional.empty() : Optional.of(setter));
    }

    /** All structures that are known. */
    List<Item> structures() {
        return structures.all().stream().map(this::structure).toList();
    }

    private Item structure(Located located) {
        return new Item(
                located.name(),
                String.format("0x%x, %s", located.gpa(), located.type().title()),
                located.name(),
                Optional.of(() -> fields(located)),
                Optional.of(
                        Place.physical(located.gpa(), located.range().size()).named(located.name())),
                Optional.empty());
    }

    private List<Item> fields(Located located) {
        try {
            boolean little = located.type().layout().isPresent();
            ViewNode view = structures.view(located);
            List<Item> items = new ArrayList<>();
            if (view.children().isEmpty() && !view.text().isEmpty()) {
                items.add(Item.text("content", view.text()));
            }
            view.children().forEach(child -> items.add(node(located.name(), child, little)));
            return items;
        } catch (IgvmToolException notYet) {
            return List.of(Item.text("content", "cannot be one now: " + notYet.getMessage()));
        }
    }

    /** @param little whether integers are little endian, and can be set */
    private Item node(String parent, ViewNode node, boolean little) {
        String path = node.isSeparated() ? parent + node.name() : parent + "." + node.name();
        boolean settable =
                little && node.number().isPresent() && node.sizeBytes() > 0 && node.sizeBytes() <= Long.BYTES;
        LongConsumer setter = value -> write(node.gpa(), (int) node.sizeBytes(), value);
        return new Item(
                node.name(),
                node.text().isEmpty() ? summary(node) : node.text(),
                path,
                node.children().isEmpty()
                        ? Optional.empty()
                        : Optional.of(() -> node.children().stream()
                                .map(child -> node(path, child, little))
                                .toList()),
                node.sizeBytes() > 0
                        ? Optional.of(
                                Place.physical(node.gpa(), node.sizeBytes()).named(path))
                        : Optional.empty(),
                settable ? Optional.of(setter) : Optional.empty());
    }

    /** What a structure says, as far as it goes on one line. */
    private static String summary(ViewNode node) {
        StringBuilder text = new StringBuilder();
        for (ViewNode child : node.children()) {
            String part = child.text().isEmpty() ? "" : child.name() + " " + child.text();
            if (text.length() + part.length() > MAX_SUMMARY) {
                return text.append(" ...").toString();
            }
            text.append(text.isEmpty() || part.isEmpty() ? "" : ", ").append(part);
        }
        return text.toString();
    }

    private void write(long gpa, int size, long value) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (value >>> Byte.SIZE * i);
        }
        debugger.apply(new Input.MemoryWrite(gpa, Bytes.wrap(bytes)));
    }

    /** The page at which a VTL of a VP runs: to whom it belongs, what each VTL may do, how it is mapped. */
    List<Item> page(int vp, int vtl) {
        Vp processor = debugger.machine().vp(vp);
        AddressSpace space = AddressSpace.of(processor, vtl);
        AddressSpace.Walk walk = space.walk(processor.state().vtl(vtl).rip);
        List<Item> items = new ArrayList<>();
        if (walk.gpa().isPresent()) {
            PageFacts facts = PageFacts.of(debugger.machine(), walk.gpa().getAsLong());
            items.add(Item.text("page", String.format("0x%x", facts.gpa())));
            items.add(Item.text("kind", facts.ram() ? "RAM" : "not RAM"));
            items.add(Item.text("state", facts.state().name().toLowerCase(Locale.ROOT)));
            for (int i = 0; i < facts.allowed().size(); i++) {
                items.add(Item.text("VTL" + i, facts.allowed().get(i)));
            }
        } else {
            items.add(Item.text("page", "not mapped"));
        }
        walk.steps()
                .forEach(step -> items.add(Item.text(
                        step.level(),
                        String.format("0x%016x at 0x%x, %s", step.entry(), step.entryGpa(), step.flags()))));
        return items;
    }

    /** What happened in the turn before this moment. */
    List<Item> lastTurn() {
        long now = debugger.now().turn();
        List<Item> items = new ArrayList<>();
        if (now > debugger.history().start()) {
            for (MachineEvent event : MemoryRuns.join(debugger.eventsOf(now - 1))) {
                items.add(Item.text(Integer.toString(items.size()), EventText.of(event)));
            }
        }
        return items;
    }

    /**
     * A register, a structure or a field by its name.
     *
     * @throws IgvmToolException if there is none
     */
    Item find(String expression, int vp, int vtl) {
        String name = expression.strip();
        Optional<RegisterFile.Register> register = RegisterFile.find(name.startsWith("$") ? name.substring(1) : name);
        if (register.isPresent()) {
            return register(register.get(), vp, vtl);
        }
        Optional<Located> located = structures.find(name);
        if (located.isPresent()) {
            return structure(located.get());
        }
        Structures.Field field = structures.field(name);
        String parent = name.substring(0, name.length() - field.node().name().length());
        return node(
                parent.endsWith(".") ? parent.substring(0, parent.length() - 1) : parent,
                field.node(),
                field.structure().type().layout().isPresent());
    }
}
