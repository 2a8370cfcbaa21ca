package dev.igvmtool.debugger.dap;

import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the steps of stages stand in this project's Java sources: in the list that a program makes of them, and the method
 * that one runs. They are looked for in the text of the program's package, since classes do not tell.
 */
public final class StepSources {
    /** A call that makes a step has its event, if it has one, its name and its action as parameters. */
    private static final Pattern CALL = Pattern.compile(
            "\\(\\s*(?:\"[A-Z]\\d+[a-z]?\"\\s*,\\s*)?(?:\"([a-z][a-z0-9-]*)\"|(?:\\w+\\.)?([A-Z][A-Z0-9_]*))\\s*,");

    private static final Pattern CONSTANT = Pattern.compile("String (\\w+)\\s*=\\s*\"([a-z][a-z0-9-]*)\";");
    private static final Pattern METHOD_REFERENCE = Pattern.compile("\\s*(?:\\w+\\(\\s*)*(\\w+)::(\\w+)");

    private final List<Found> all = new ArrayList<>();

    /** A line of a file, from 1. */
    public record Line(Path file, int number) {}

    /**
     * A step that was found.
     *
     * @param listed where the program names it
     * @param action first line of the method that it runs, that of the list if it has none of its own
     * @param actionEnd last line of the method
     */
    public record Found(String program, String step, Line listed, Line action, int actionEnd) {}

    private StepSources() {}

    /** Nothing is known. */
    static StepSources none() {
        return new StepSources();
    }

    /**
     * Looks for the steps of programs.
     *
     * @param root folder of the project: its modules are the folders in it
     */
    public static StepSources of(Path root, List<Programs.Entry> programs) {
        StepSources sources = new StepSources();
        for (Programs.Entry entry : programs) {
            Map<Path, String> texts = texts(root, entry.program().getClass().getPackageName());
            Index index = Index.of(texts);
            for (Step step : entry.steps()) {
                index.find(step.name())
                        .map(place -> found(texts, entry.program().name(), step.name(), place))
                        .ifPresent(sources.all::add);
            }
        }
        return sources;
    }

    /** The step of a program, if it was found. */
    public Optional<Found> find(String program, String step) {
        return all.stream()
                .filter(it -> it.program.equals(program) && it.step.equals(step))
                .findFirst();
    }

    /** The steps that a line of a file belongs to: those that it lists, otherwise the one whose method it is in. */
    List<Found> at(Path file, int line) {
        List<Found> listed = all.stream()
                .filter(it -> it.listed.equals(new Line(file, line)))
                .toList();
        return !listed.isEmpty()
                ? listed
                : all.stream()
                        .filter(it -> it.action.file.equals(file) && it.action.number <= line && line <= it.actionEnd)
                        .toList();
    }

    private static Map<Path, String> texts(Path root, String packageName) {
        Map<Path, String> texts = new LinkedHashMap<>();
        String folder = packageName.replace('.', '/');
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                Path sources = module.resolve("src/main/java").resolve(folder);
                if (Files.isDirectory(sources)) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        for (Path file : files.filter(it -> it.toString().endsWith(".java"))
                                .sorted()
                                .toList()) {
                            texts.put(file.toAbsolutePath().normalize(), Files.readString(file));
                        }
                    }
                }
            }
        } catch (IOException unreadable) {
            // Then there is nothing to show.
        }
        return texts;
    }

    /** A place in a file: behind the name of a step and its comma. */
    private record Place(Path file, int offset) {}

    /**
     * What the texts of a package name.
     *
     * @param byName places by names that stand there as they are
     * @param byConstant places by the constants that stand for names
     * @param constants names of constants by their text
     */
    private record Index(Map<String, Place> byName, Map<String, Place> byConstant, Map<String, String> constants) {
        static Index of(Map<Path, String> texts) {
            Index index = new Index(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
            texts.forEach((file, text) -> {
                Matcher calls = CALL.matcher(text);
                while (calls.find()) {
                    Place place = new Place(file, calls.end());
                    if (calls.group(1) != null) {
                        index.byName.putIfAbsent(calls.group(1), place);
                    } else {
                        index.byConstant.putIfAbsent(calls.group(2), place);
                    }
                }
                Matcher constants = CONSTANT.matcher(text);
                while (constants.find()) {
                    index.constants.putIfAbsent(constants.group(2), constants.group(1));
                }
            });
            return index;
        }

        /** Where a step is named: whole, by a constant, or without its last words, which a loop may have added. */
        Optional<Place> find(String step) {
            for (String name = step; !name.isEmpty(); name = name.substring(0, Math.max(0, name.lastIndexOf('-')))) {
                Optional<Place> place = Optional.ofNullable(byName.get(name))
                        .or(() -> Optional.ofNullable(constants.get(step)).map(byConstant::get));
                if (place.isPresent()) {
                    return place;
                }
            }
            return Optional.empty();
        }
    }

    private static Found found(Map<Path, String> texts, String program, String step, Place place) {
        String text = texts.getOrDefault(place.file, "");
        Line listed = new Line(place.file, lineAt(text, place.offset));
        Matcher reference = METHOD_REFERENCE.matcher(text).region(place.offset, text.length());
        if (reference.lookingAt()) {
            Path file = reference.group(1).equals("this")
                    ? place.file
                    : fileOf(texts, reference.group(1)).orElse(place.file);
            String source = texts.getOrDefault(file, "");
            Matcher method = Pattern.compile("(?m)^ +(?:[\\w<>,]+ )*" + reference.group(2) + "\\(\\w+ \\w+")
                    .matcher(source);
            if (method.find()) {
                int end = source.indexOf("\n    }", method.end());
                return new Found(
                        program,
                        step,
                        listed,
                        new Line(file, lineAt(source, method.end())),
                        lineAt(source, end < 0 ? method.end() : end + 1));
            }
        }
        return new Found(program, step, listed, listed, listed.number);
    }

    private static Optional<Path> fileOf(Map<Path, String> texts, String type) {
        return texts.keySet().stream()
                .filter(file -> file.getFileName().toString().equals(type + ".java"))
                .findFirst();
    }

    private static int lineAt(String text, int offset) {
        return 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }
}
