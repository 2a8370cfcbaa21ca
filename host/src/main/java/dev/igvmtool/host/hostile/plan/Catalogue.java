package dev.igvmtool.host.hostile.plan;

import dev.igvmtool.document.DocumentReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The plans that come with the tool. */
public final class Catalogue {
    private static final String RESOURCE = "catalogue.yaml";

    private Catalogue() {}

    /** Every plan, in the order of the documentation. */
    public static List<HostilePlan> all() {
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream(RESOURCE))) {
            return PlanReader.readList(RESOURCE, DocumentReader.text(RESOURCE, in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The plan of a name. */
    public static Optional<HostilePlan> find(String name) {
        return all().stream().filter(plan -> plan.name().equals(name)).findFirst();
    }
}
