package dev.igvmtool.format.check;

import dev.igvmtool.format.IgvmFile;
import java.util.ArrayList;
import java.util.List;

/** Lists everything that makes a file invalid, in file order within each family of rules. */
public final class Validator {
    private Validator() {}

    /** All findings; none for a valid file. */
    public static List<Finding> validate(IgvmFile file) {
        List<Finding> findings = new ArrayList<>();
        new PlatformRules(file, findings).check();
        new InitializationRules(file, findings).check();
        new ParameterRules(findings).check(file.directives());
        new PlacementRules(findings).check(file);
        return List.copyOf(findings);
    }
}
