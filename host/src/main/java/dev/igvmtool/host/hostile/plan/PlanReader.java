package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.DocumentReader;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Shape;
import dev.igvmtool.document.Variant;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.Isolation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads hostile plans, one to a file or several in a list. */
public final class PlanReader {
    private PlanReader() {}

    /**
     * Reads a file with one plan, JSON or YAML by its extension. A plan without a name has that of the file.
     *
     * @throws DocumentException with file, line and column
     */
    public static HostilePlan read(Path file) {
        return plan(DocumentReader.read(file).root(), String.valueOf(file.getFileName()));
    }

    /**
     * The plans of a list.
     *
     * @param name stands for the file in messages
     * @throws DocumentException with name, line and column
     */
    static List<HostilePlan> readList(String name, String text) {
        List<HostilePlan> plans = new ArrayList<>();
        for (Node element : elements(DocumentReader.read(name, text).root(), "the catalogue")) {
            plans.add(plan(element, ""));
        }
        return plans;
    }

    private static HostilePlan plan(Node node, String name) {
        Fields fields = new Fields(node, Shapes.PLAN, true);
        List<Lie> lies = new ArrayList<>();
        for (Node lie : elements(fields.required("lies"), "'lies'")) {
            lies.add(LieReader.read(lie));
        }
        List<Expectation> expectations = new ArrayList<>();
        Set<Isolation> covered = EnumSet.noneOf(Isolation.class);
        Optional<Node> expect = fields.optional("expect");
        if (expect.isPresent()) {
            for (Node element : elements(expect.get(), "'expect'")) {
                Expectation expectation = expectation(element);
                for (Isolation isolation : expectation.isolations()) {
                    if (!covered.add(isolation)) {
                        throw DocumentException.at(element.place(), "a second expectation for " + word(isolation));
                    }
                }
                expectations.add(expectation);
            }
        }
        return new HostilePlan(fields.textOr("name", name), fields.textOr("about", ""), lies, expectations);
    }

    private static Expectation expectation(Node node) {
        Fields fields = new Fields(node, Shapes.EXPECTATION, true);
        Set<Isolation> isolations = EnumSet.noneOf(Isolation.class);
        for (Node element : elements(fields.required("isolation"), "'isolation'")) {
            isolations.add(choice(element, Shapes.ISOLATION, Isolation.class));
        }
        List<Expectation.Outcome> outcomes = new ArrayList<>();
        for (Expectation.Outcome outcome : Expectation.Outcome.values()) {
            if (fields.has(word(outcome))) {
                outcomes.add(outcome);
            }
        }
        if (outcomes.size() != 1 || isolations.isEmpty()) {
            throw DocumentException.at(
                    node.place(), "an expectation needs an isolation and exactly one of refuses, stops and proceeds");
        }
        List<Expectation.Product> unchanged = new ArrayList<>();
        Optional<Node> products = fields.optional("unchanged");
        if (products.isPresent()) {
            for (Node element : elements(products.get(), "'unchanged'")) {
                unchanged.add(choice(element, Shapes.PRODUCT, Expectation.Product.class));
            }
        }
        String event = fields.requiredText(word(outcomes.get(0)));
        Optional<String> says = fields.has("says") ? Optional.of(fields.requiredText("says")) : Optional.empty();
        return new Expectation(isolations, outcomes.get(0), event, says, unchanged);
    }

    static List<Node> elements(Node node, String what) {
        if (!(node instanceof Node.Sequence list)) {
            throw Fields.expected(node, "a list", what);
        }
        return list.elements();
    }

    /** One of the names of a shape, which are those of an enumeration in another spelling. */
    static <E extends Enum<E>> E choice(Node node, Shape shape, Class<E> type) {
        String name = Variant.read(node, shape).unit().name();
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
