package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.debugger.console.Command.Argument;
import dev.igvmtool.debugger.console.DebugConsole.Candidate;
import dev.igvmtool.debugger.view.Located;
import dev.igvmtool.debugger.view.RegisterFile;
import dev.igvmtool.debugger.view.StructureType;
import dev.igvmtool.debugger.view.StructureTypes;
import dev.igvmtool.debugger.view.ViewNode;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what a word that was begun may become. */
final class Completer {
    private final Commands commands;
    private final Session session;

    Completer(Commands commands, Session session) {
        this.commands = commands;
        this.session = session;
    }

    List<Candidate> complete(String line) {
        List<String> words = new ArrayList<>(Words.split(line));
        if (words.isEmpty() || Character.isWhitespace(line.charAt(line.length() - 1))) {
            words.add("");
        }
        String begun = words.get(words.size() - 1);
        List<Candidate> all = new ArrayList<>();
        if (words.size() == 1) {
            addCommands(all);
        } else {
            Command command = commands.find(words.get(0));
            int position = Math.min(words.size() - 2, command.arguments().size() - 1);
            if (position >= 0) {
                add(all, command.arguments().get(position), words.subList(1, words.size() - 1), begun);
            }
        }
        return all.stream()
                .filter(candidate -> candidate.text().startsWith(begun))
                .distinct()
                .toList();
    }

    private void addCommands(List<Candidate> all) {
        commands.all().forEach(command -> all.add(new Candidate(command.name(), command.summary())));
    }

    private void add(List<Candidate> all, Argument argument, List<String> before, String begun) {
        switch (argument) {
            case COMMAND -> {
                addCommands(all);
                all.add(new Candidate("conditions", "what runs can stop at"));
            }
            case CONDITION -> addConditions(all, before, begun);
            case PLACE -> {
                if (before.isEmpty()) {
                    addWords(all, List.of("read", "write", "access"));
                }
                addPlaces(all, begun);
            }
            case STRUCTURE -> {
                addPlaces(all, begun);
                for (StructureType type : StructureTypes.all()) {
                    all.add(new Candidate(type.name() + "@", type.title()));
                }
            }
            case REGISTER -> {
                RegisterFile.all().forEach(register -> all.add(new Candidate(register.name(), "")));
                addWords(all, List.of("all", "vtl"));
                Arrays.stream(RegisterFile.Group.values())
                        .forEach(group ->
                                all.add(new Candidate(group.name().toLowerCase(Locale.ROOT), "a group of registers")));
            }
            case STAGE -> addWords(all, new Stages(session.debugger().machine()).names());
            case NONE -> {
                // Numbers.
            }
        }
    }

    private static void addWords(List<Candidate> all, List<String> words) {
        words.forEach(word -> all.add(new Candidate(word, "")));
    }

    private void addConditions(List<Candidate> all, List<String> before, String begun) {
        if (before.isEmpty()) {
            addWords(all, Conditions.KEYWORDS);
            for (Programs.Entry entry : new Stages(session.debugger().machine()).all()) {
                for (Step step : entry.steps()) {
                    String name = entry.program().name() + "/" + step.name();
                    all.add(new Candidate(name, step.event().orElse("")));
                    step.event().ifPresent(id -> all.add(new Candidate(id, name)));
                }
            }
            return;
        }
        switch (before.get(0)) {
            case "stage" -> addWords(all, new Stages(session.debugger().machine()).names());
            case "write", "read", "access" -> addPlaces(all, begun);
            case "hypercall" ->
                Arrays.stream(HypercallCode.values()).forEach(code -> all.add(new Candidate(code.callName(), "")));
            case "msr" -> addWords(all, List.of("read", "write"));
            case "port" -> addWords(all, List.of("in", "out"));
            case "event" -> addWords(all, Conditions.eventKinds());
            default -> addWords(all, List.of("vp"));
        }
    }

    /** Structures, and the fields of the one whose name is whole. */
    private void addPlaces(List<Candidate> all, String begun) {
        List<Located> structures = session.structures().all();
        for (Located located : structures) {
            all.add(new Candidate(located.name(), located.type().title()));
        }
        Optional<Located> whole = structures.stream()
                .filter(located -> begun.startsWith(located.name())
                        && begun.length() > located.name().length())
                .max((a, b) -> Integer.compare(a.name().length(), b.name().length()));
        whole.ifPresent(
                located -> addFields(all, located.name(), session.structures().view(located), begun));
    }

    private static void addFields(List<Candidate> all, String prefix, ViewNode node, String begun) {
        for (ViewNode child : node.children()) {
            boolean separated = child.name().startsWith("/")
                    || child.name().startsWith(":")
                    || child.name().startsWith("[");
            String path = prefix + (separated ? "" : ".") + child.name();
            if (path.startsWith(begun) || begun.startsWith(path)) {
                all.add(new Candidate(path, child.text()));
                addFields(all, path, child, begun);
            }
        }
    }
}
