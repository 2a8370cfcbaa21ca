package dev.igvmtool.devicetree.lint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All checks, in the order in which they are made: that of dtc 1.6.1, checks.c. */
public final class Checks {
    private static final Map<String, Check> ALL = byName();

    private Checks() {}

    /** All checks, in order. */
    public static List<Check> all() {
        return List.copyOf(ALL.values());
    }

    /** The check of this name. */
    static Optional<Check> find(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    private static Map<String, Check> byName() {
        List<Check> checks = new ArrayList<>(NameChecks.structure());
        checks.addAll(ReferenceChecks.all());
        checks.addAll(TypeChecks.all());
        checks.addAll(NameChecks.style());
        checks.addAll(AddressChecks.addresses());
        checks.addAll(PciChecks.all());
        checks.addAll(BusChecks.all());
        checks.addAll(AddressChecks.style());
        checks.addAll(ChosenChecks.all());
        checks.addAll(ProviderChecks.all());
        checks.addAll(InterruptChecks.all());
        checks.add(ChosenChecks.aliases());
        checks.addAll(GraphChecks.all());
        checks.add(Check.off("always_fail", "every node", (in, node) -> in.report(node, "this check always fails")));
        Map<String, Check> byName = new LinkedHashMap<>();
        checks.forEach(check -> byName.put(check.name(), check));
        return byName;
    }
}
