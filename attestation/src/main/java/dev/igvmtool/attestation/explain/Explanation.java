package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.Step;
import java.util.List;
import java.util.Optional;

/**
 * What came of a search.
 *
 * @param observed what was looked for
 * @param accounts what each known tool or monitor measures
 * @param match the way that leads to the digest, if one was found
 * @param partial a measurement of which the digest is the value after some steps, if one was found
 * @param tried number of ways that were tried
 */
public record Explanation(
        Observed observed, List<Account> accounts, Optional<Match> match, Optional<Partial> partial, int tried) {
    public Explanation {
        accounts = List.copyOf(accounts);
    }

    /**
     * What one tool or monitor measures.
     *
     * @param who its name
     * @param platform header of the image that was measured for
     * @param digest what it measures
     * @param divergence where it first differs from the usual way; empty if it does not
     */
    public record Account(String who, SupportedPlatform platform, Bytes digest, Optional<Divergence> divergence) {}

    /**
     * A way that leads to the digest.
     *
     * @param who tool or monitor that measures so; empty if none is known to
     * @param platform header of the image that was measured for
     * @param differences to the usual way, only those that matter for this image; empty if it is the usual way
     * @param divergence where it first differs from the usual way
     */
    public record Match(
            Optional<String> who,
            SupportedPlatform platform,
            List<Difference> differences,
            Optional<Divergence> divergence) {
        public Match {
            differences = List.copyOf(differences);
        }
    }

    /**
     * A measurement that was not finished, or of less than the image.
     *
     * @param who whose
     * @param platform header of the image that was measured for
     * @param done number of steps that lead to the digest
     * @param all number of steps of the whole
     * @param next the first step that is missing
     */
    public record Partial(String who, SupportedPlatform platform, int done, int all, Step next) {}
}
