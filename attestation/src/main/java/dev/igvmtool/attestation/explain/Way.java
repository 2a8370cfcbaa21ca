package dev.igvmtool.attestation.explain;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.LaunchDigest;
import dev.igvmtool.measurement.LaunchRules;
import dev.igvmtool.measurement.PageHashes;
import dev.igvmtool.measurement.Step;
import dev.igvmtool.measurement.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One way to measure an image.
 *
 * @param platform by whose mask directives are selected, and whose digest it is
 * @param rules how
 * @param variation what of the image
 * @param hashes hashes of pages, which all ways of one search share
 */
record Way(SupportedPlatform platform, LaunchRules rules, Variation variation, PageHashes hashes) {
    /** Tells ways with one image apart, without a look at the image. */
    Object key() {
        return List.of(platform, rules, variation.differences());
    }

    /** The digest; empty if the image cannot be measured so. */
    Optional<Bytes> digest() {
        return measure(Trace.OFF);
    }

    /** Every step; none if the image cannot be measured so. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        return measure(Trace.into(steps)).isPresent() ? steps : List.of();
    }

    /** The digest, with each step told; empty if the image cannot be measured so. */
    Optional<Bytes> measure(Trace trace) {
        try {
            return Optional.of(
                    LaunchDigest.of(variation.file(), new LaunchDigest.Request(platform, rules, trace, hashes))
                            .value());
        } catch (FormatException e) {
            return Optional.empty();
        }
    }

    Way with(LaunchRules other) {
        return new Way(platform, other, variation, hashes);
    }

    Way with(SupportedPlatform other) {
        return new Way(other, rules, variation, hashes);
    }

    Way with(Variation other) {
        return new Way(platform, rules, other, hashes);
    }
}
