package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.elf.Symbol;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.History;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.Structures;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.guest.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Symbols of what stands in memory at run time: the steps of each stage that runs, at the addresses at which it runs, and
 * the structures. A run is determined, so what comes later is known before.
 */
final class SymbolFiles {
    /** File with the names of structures. */
    static final String STRUCTURES = "structures.elf";

    private static final long MOST_TURNS = 100_000;
    private static final int MOST_PLACES = 4;

    private final Debugger debugger;
    private final Structures structures;
    private @Nullable List<SymbolFile> files;
    private @Nullable Map<String, Set<Long>> origins;

    SymbolFiles(Debugger debugger, Structures structures) {
        this.debugger = debugger;
        this.structures = structures;
    }

    /** One file for each stage, and one for the structures. */
    List<SymbolFile> all() {
        List<SymbolFile> known = files;
        if (known == null) {
            known = find();
            files = known;
        }
        return known;
    }

    /** Those of the stages; gdb takes them for shared libraries. */
    List<SymbolFile> stages() {
        return all().stream().filter(file -> !file.name().equals(STRUCTURES)).toList();
    }

    /** That of the structures, if there are any; gdb takes it for the executable, without which it loads no other. */
    Optional<SymbolFile> structures() {
        return find(STRUCTURES);
    }

    Optional<SymbolFile> find(String name) {
        return all().stream().filter(file -> file.name().equals(name)).findFirst();
    }

    private List<SymbolFile> find() {
        List<SymbolFile> found = new ArrayList<>();
        for (Programs.Entry entry : debugger.machine().partition().programs().all()) {
            int number = 1;
            for (long origin : origins().getOrDefault(entry.program().name(), new TreeSet<>())) {
                found.add(stage(entry, number == 1 ? "" : "-" + number, origin));
                number++;
            }
        }
        structuresFile().ifPresent(found::add);
        return List.copyOf(found);
    }

    /** Where each program runs: at its load address, and where it has mapped itself. */
    private Map<String, Set<Long>> origins() {
        Map<String, Set<Long>> known = origins;
        if (known == null) {
            known = debugger.history().look(this::findOrigins);
            origins = known;
        }
        return known;
    }

    private Map<String, Set<Long>> findOrigins() {
        Map<String, Set<Long>> found = new TreeMap<>();
        Map<String, Programs.Entry> programs = new TreeMap<>();
        debugger.machine()
                .partition()
                .programs()
                .all()
                .forEach(it -> programs.put(it.program().name(), it));
        History history = debugger.history();
        history.goTo(history.start());
        history.machine().observe(event -> {
            Programs.Entry entry = event instanceof MachineEvent.StepRetired step ? programs.get(step.program()) : null;
            if (entry != null && event instanceof MachineEvent.StepRetired step) {
                Set<Long> places = found.computeIfAbsent(step.program(), unused -> new TreeSet<>());
                if (places.size() < MOST_PLACES) {
                    places.add(step.rip() - (long) entry.indexOf(step.step()) * Slot.SIZE);
                }
            }
        });
        long end = history.start() + MOST_TURNS;
        while (history.now() < end && history.forward()) {
            // The sink sees what happens.
        }
        return found;
    }

    private static SymbolFile stage(Programs.Entry entry, String suffix, long origin) {
        String program = entry.program().name();
        List<Symbol> symbols = new ArrayList<>();
        for (int i = 0; i < entry.steps().size(); i++) {
            String name =
                    SymbolFile.identifier(program + "_" + entry.steps().get(i).name());
            symbols.add(new Symbol(name, origin + (long) i * Slot.SIZE, Slot.SIZE, Symbol.STT_FUNC));
        }
        return new SymbolFile(
                program + suffix + ".elf",
                origin,
                (long) entry.steps().size() * Slot.SIZE,
                true,
                symbols,
                Optional.empty());
    }

    /** Structures as they lie when the kernel is entered, and those that are known now. */
    private Optional<SymbolFile> structuresFile() {
        List<Located> located = structures.kernelEntryTurn().isPresent()
                ? debugger.history().look(() -> {
                    debugger.history().goTo(structures.kernelEntryTurn().getAsLong());
                    return structures.all();
                })
                : structures.all();
        if (located.isEmpty()) {
            return Optional.empty();
        }
        List<Symbol> symbols = new ArrayList<>();
        for (Located it : located) {
            symbols.add(new Symbol(
                    SymbolFile.identifier(it.name()), it.gpa(), it.range().size(), Symbol.STT_OBJECT));
        }
        return Optional.of(
                new SymbolFile(STRUCTURES, located.get(0).gpa(), 1, false, symbols, Optional.of(Dwarf.of(located))));
    }
}
