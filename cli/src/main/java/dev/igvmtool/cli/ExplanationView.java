package dev.igvmtool.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.attestation.explain.Difference;
import dev.igvmtool.attestation.explain.Divergence;
import dev.igvmtool.attestation.explain.Explanation;
import dev.igvmtool.attestation.explain.Explanation.Account;
import dev.igvmtool.attestation.explain.Explanation.Match;
import dev.igvmtool.attestation.explain.Explanation.Partial;
import dev.igvmtool.attestation.explain.Observed;
import dev.igvmtool.attestation.explain.OvmfExplainer.Launch;
import dev.igvmtool.attestation.explain.OvmfExplainer.Load;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.measurement.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Explanations as lines of text and as JSON. */
final class ExplanationView {
    private ExplanationView() {}

    /** For people. */
    static List<String> lines(Explanation explanation) {
        List<String> lines = new ArrayList<>();
        lines.add(explanation.observed().source() + ": "
                + explanation.observed().digest().toHex());
        explanation.match().ifPresentOrElse(match -> match(match, lines), () -> noMatch(explanation, lines));
        return lines;
    }

    private static String platform(SupportedPlatform platform) {
        return PlatformNames.of(platform.platformType()) + ", mask " + mask(platform);
    }

    private static void platform(SupportedPlatform platform, JsonGenerator json) throws IOException {
        json.writeStringField("platform", PlatformNames.of(platform.platformType()));
        json.writeStringField("mask", mask(platform));
    }

    private static String mask(SupportedPlatform platform) {
        return String.format("0x%x", platform.compatibilityMask());
    }

    private static void match(Match match, List<String> lines) {
        String who = match.who().map(it -> "measured as " + it + " does").orElse("measured as no known tool does");
        if (match.differences().isEmpty()) {
            lines.add("the image leads to it: " + who + ", " + platform(match.platform()));
            return;
        }
        lines.add("found: " + who + ", " + platform(match.platform())
                + "; what differs from the usual way and matters for this image:");
        for (Difference difference : match.differences()) {
            lines.add("  " + difference.what() + ": " + difference.found() + ", usually " + difference.usual());
        }
        match.divergence().ifPresent(it -> divergence(it, lines));
    }

    private static void divergence(Divergence divergence, List<String> lines) {
        lines.add("first step that differs, number " + (divergence.index() + 1) + ":");
        lines.add("  usual  " + step(divergence.usual()));
        lines.add("  here   " + step(divergence.found()));
    }

    private static String step(Optional<Step> step) {
        return step.map(it -> it.what()
                        + (it.gpa().isPresent()
                                ? String.format(" 0x%x", it.gpa().getAsLong())
                                : "")
                        + (it.detail().isEmpty() ? "" : ", " + it.detail())
                        + ", digest after it " + it.digest().toHex())
                .orElse("(none, the measurement has ended)");
    }

    private static void noMatch(Explanation explanation, List<String> lines) {
        lines.add("no way of " + explanation.tried() + " that were tried leads to it");
        explanation.partial().ifPresent(it -> partial(it, lines));
        for (Account account : explanation.accounts()) {
            lines.add("  " + account.who() + " (" + platform(account.platform()) + "): "
                    + account.digest().toHex());
            account.divergence().ifPresent(it -> {
                lines.add("    parts from the usual way at step " + (it.index() + 1) + ": " + step(it.found()));
                lines.add("    which usually is " + step(it.usual()));
            });
        }
    }

    private static void partial(Partial partial, List<String> lines) {
        lines.add("but it is the digest after " + partial.done() + " of " + partial.all() + " steps as " + partial.who()
                + " measures (" + platform(partial.platform()) + "): the first step that is missing is");
        lines.add("  " + step(Optional.of(partial.next())));
    }

    /** For people, about OVMF. */
    static List<String> lines(Observed observed, Optional<Launch> launch) {
        List<String> lines = new ArrayList<>();
        lines.add(observed.source() + ": " + observed.digest().toHex());
        launch.ifPresentOrElse(
                it -> {
                    lines.add("the firmware leads to it, launched with");
                    lines.add("  platform: " + PlatformNames.of(it.platform()));
                    lines.add("  monitor: " + it.monitor().orElse("any"));
                    lines.add("  processors: "
                            + it.processors().map(String::valueOf).orElse("any number"));
                    lines.add("  CPU type: " + it.cpuType().orElse("any"));
                    it.guestFeatures().ifPresent(bits -> lines.add(String.format("  guest features: 0x%x", bits)));
                    lines.add("  load: " + text(it.load()));
                },
                () -> lines.add("no launch of this firmware that was tried leads to it"));
        return lines;
    }

    private static String text(Load load) {
        if (!load.kernel()) {
            return "no kernel";
        }
        return (load.initrd() ? "kernel, initrd, " : "kernel, ")
                + (load.commandLine().isEmpty() ? "no command line" : "command line '" + load.commandLine() + "'");
    }

    /** Fields for scripts. */
    static void write(String evidence, String image, Explanation explanation, JsonGenerator json) throws IOException {
        head(evidence, image, explanation.observed(), explanation.match().isPresent(), json);
        json.writeNumberField("tried", explanation.tried());
        if (explanation.match().isPresent()) {
            match(explanation.match().get(), json);
        }
        if (explanation.partial().isPresent()) {
            Partial partial = explanation.partial().get();
            json.writeObjectFieldStart("partial");
            json.writeStringField("who", partial.who());
            platform(partial.platform(), json);
            json.writeNumberField("done", partial.done());
            json.writeNumberField("all", partial.all());
            step("next", Optional.of(partial.next()), json);
            json.writeEndObject();
        }
        json.writeArrayFieldStart("accounts");
        for (Account account : explanation.accounts()) {
            json.writeStartObject();
            json.writeStringField("who", account.who());
            platform(account.platform(), json);
            json.writeStringField("digest", account.digest().toHex());
            divergence(account.divergence(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void head(String evidence, String image, Observed observed, boolean found, JsonGenerator json)
            throws IOException {
        json.writeStringField("evidence", evidence);
        json.writeStringField("image", image);
        json.writeStringField("source", observed.source());
        json.writeStringField("digest", observed.digest().toHex());
        json.writeBooleanField("explained", found);
    }

    private static void match(Match match, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("match");
        json.writeStringField("who", match.who().orElse(""));
        platform(match.platform(), json);
        json.writeArrayFieldStart("differences");
        for (Difference difference : match.differences()) {
            json.writeStartObject();
            json.writeStringField("what", difference.what());
            json.writeStringField("usual", difference.usual());
            json.writeStringField("found", difference.found());
            json.writeEndObject();
        }
        json.writeEndArray();
        divergence(match.divergence(), json);
        json.writeEndObject();
    }

    private static void divergence(Optional<Divergence> divergence, JsonGenerator json) throws IOException {
        if (divergence.isPresent()) {
            json.writeObjectFieldStart("divergence");
            json.writeNumberField("step", divergence.get().index());
            step("usual", divergence.get().usual(), json);
            step("found", divergence.get().found(), json);
            json.writeEndObject();
        }
    }

    private static void step(String name, Optional<Step> step, JsonGenerator json) throws IOException {
        if (step.isPresent()) {
            json.writeObjectFieldStart(name);
            json.writeStringField("what", step.get().what());
            if (step.get().gpa().isPresent()) {
                json.writeStringField(
                        "gpa", String.format("0x%x", step.get().gpa().getAsLong()));
            }
            json.writeStringField("detail", step.get().detail());
            json.writeStringField("digest", step.get().digest().toHex());
            json.writeEndObject();
        }
    }

    /** Fields for scripts, about OVMF. */
    static void write(String evidence, String image, Observed observed, Optional<Launch> launch, JsonGenerator json)
            throws IOException {
        head(evidence, image, observed, launch.isPresent(), json);
        if (launch.isPresent()) {
            launch(launch.get(), json);
        }
    }

    private static void launch(Launch launch, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("launch");
        json.writeStringField("platform", PlatformNames.of(launch.platform()));
        if (launch.monitor().isPresent()) {
            json.writeStringField("monitor", launch.monitor().get());
        }
        if (launch.processors().isPresent()) {
            json.writeNumberField("processors", launch.processors().get());
        }
        if (launch.cpuType().isPresent()) {
            json.writeStringField("cpuType", launch.cpuType().get());
        }
        if (launch.guestFeatures().isPresent()) {
            json.writeStringField(
                    "guestFeatures",
                    String.format("0x%x", launch.guestFeatures().get()));
        }
        json.writeBooleanField("kernel", launch.load().kernel());
        json.writeBooleanField("initrd", launch.load().initrd());
        json.writeStringField("commandLine", launch.load().commandLine());
        json.writeEndObject();
    }
}
