package dev.igvmtool.attestation.embedded;

import dev.igvmtool.attestation.verdict.Check;
import java.util.Optional;

/** A security version number against the least one that is admitted. */
final class SvnCheck {
    private SvnCheck() {}

    static Check check(long svn, Optional<Long> minimum, String clause) {
        if (minimum.isEmpty()) {
            return Check.skipped("SVN", Long.toString(svn), clause, "no minimum is given");
        }
        return Check.of(
                "SVN", svn >= minimum.get(), Long.toString(svn), "at least " + minimum.get(), "policy: minimum SVN");
    }
}
