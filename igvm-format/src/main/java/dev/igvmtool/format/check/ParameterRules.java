package dev.igvmtool.format.check;

import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parameter areas: declared once, filled while they exist and within their size, inserted once. */
final class ParameterRules {
    private final List<Finding> findings;
    private final Map<Integer, ParameterArea> declared = new HashMap<>();
    private final Set<Integer> inserted = new HashSet<>();

    ParameterRules(List<Finding> findings) {
        this.findings = findings;
    }

    void check(List<Directive> directives) {
        for (int i = 0; i < directives.size(); i++) {
            String place = "directive " + i;
            // Other directives do not speak of parameter areas.
            if (directives.get(i) instanceof ParameterArea area) {
                if (declared.putIfAbsent(area.parameterAreaIndex(), area) != null) {
                    add(
                            "area-twice",
                            place,
                            String.format("parameter area %d is declared twice", area.parameterAreaIndex()));
                }
            } else if (directives.get(i) instanceof Parameter parameter) {
                use(parameter.parameterAreaIndex(), place);
                ParameterArea area = declared.get(parameter.parameterAreaIndex());
                if (area != null && Long.compareUnsigned(parameter.byteOffset(), area.numberOfBytes()) >= 0) {
                    add(
                            "parameter-offset",
                            place,
                            String.format(
                                    "byte offset 0x%x, expected below the size of area %d, 0x%x",
                                    parameter.byteOffset(), area.parameterAreaIndex(), area.numberOfBytes()));
                }
            } else if (directives.get(i) instanceof ParameterInsert insert) {
                use(insert.parameterAreaIndex(), place);
                inserted.add(insert.parameterAreaIndex());
            }
        }
    }

    private void use(int area, String place) {
        if (!declared.containsKey(area)) {
            add("area-undeclared", place, String.format("parameter area %d is not declared before", area));
        } else if (inserted.contains(area)) {
            add("area-inserted", place, String.format("parameter area %d was inserted before", area));
        }
    }

    private void add(String rule, String place, String message) {
        findings.add(new Finding(rule, place, message));
    }
}
