package dev.igvmtool.attestation;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import dev.igvmtool.attestation.verdict.Outcome;
import dev.igvmtool.attestation.verdict.Verdict;
import dev.igvmtool.attestation.x509.Certificate;
import dev.igvmtool.attestation.x509.Pem;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The reference samples, and looking things up in a verdict. */
public final class Samples {
    private Samples() {}

    /** A file below {@code testdata/attestation}. */
    public static Bytes read(String name) {
        try {
            return Bytes.wrap(Files.readAllBytes(SharedTestData.require("attestation/" + name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The certificates of a PEM file. */
    public static List<Certificate> certificates(String name) {
        return Certificate.of(Pem.read(read(name)));
    }

    /** Outcomes by path of names; names that repeat get a number. */
    public static Map<String, Outcome> outcomes(Verdict verdict) {
        Map<String, Outcome> outcomes = new TreeMap<>();
        collect("", verdict, outcomes);
        return outcomes;
    }

    private static void collect(String prefix, Verdict verdict, Map<String, Outcome> outcomes) {
        if (verdict instanceof Group group) {
            group.children().forEach(child -> collect(prefix + group.name() + "/", child, outcomes));
        } else if (outcomes.put(prefix + verdict.name(), verdict.outcome()) != null) {
            throw new AssertionError(prefix + verdict.name() + " stands twice");
        }
    }

    /** Names of the checks that failed, in order. */
    public static List<String> failures(Verdict verdict) {
        return names(verdict, Outcome.FAIL);
    }

    /** Names of the required checks that were not made, in order. */
    public static List<String> open(Verdict verdict) {
        return names(verdict, Outcome.NOT_CHECKED);
    }

    private static List<String> names(Verdict verdict, Outcome outcome) {
        List<String> names = new ArrayList<>();
        for (Check check : verdict.checks()) {
            if (check.outcome() == outcome && (outcome == Outcome.FAIL || check.required())) {
                names.add(check.name());
            }
        }
        return names;
    }

    /** The check of that name. */
    public static Check check(Verdict verdict, String name) {
        return verdict.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no check " + name));
    }
}
