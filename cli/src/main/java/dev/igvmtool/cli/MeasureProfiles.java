package dev.igvmtool.cli;

import dev.igvmtool.measurement.Profile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code measure --profiles}: the rules, side by side. */
final class MeasureProfiles {
    private MeasureProfiles() {}

    static void print(Console console, boolean json) throws IOException {
        if (json) {
            JsonOutput.print(console, "igvmtool.measure-profiles/1", out -> {
                out.writeArrayFieldStart("profiles");
                for (Profile profile : Profile.ALL) {
                    out.writeStartObject();
                    out.writeStringField("name", profile.title());
                    out.writeStringField("description", profile.description());
                    out.writeArrayFieldStart("platforms");
                    for (String platform : platforms(profile)) {
                        out.writeString(platform);
                    }
                    out.writeEndArray();
                    out.writeObjectFieldStart("rules");
                    for (Map.Entry<String, String> rule : rules(profile).entrySet()) {
                        out.writeStringField(rule.getKey(), rule.getValue());
                    }
                    out.writeEndObject();
                    out.writeEndObject();
                }
                out.writeEndArray();
            });
            return;
        }
        for (Profile profile : Profile.ALL) {
            console.out()
                    .println(profile.title() + ": " + profile.description() + " ("
                            + String.join(", ", platforms(profile)) + ")");
            rules(profile).forEach((name, text) -> console.out().printf("  %-22s %s%n", name, text));
        }
    }

    private static List<String> platforms(Profile profile) {
        return new TreeSet<>(profile.platforms())
                .stream().map(PlatformNames::of).toList();
    }

    private static Map<String, String> rules(Profile profile) {
        Map<String, String> rules = new LinkedHashMap<>();
        profile.rules().choices().forEach((name, choice) -> rules.put(name, choice.text()));
        return rules;
    }
}
