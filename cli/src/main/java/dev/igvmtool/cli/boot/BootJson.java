package dev.igvmtool.cli.boot;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.abi.linux.E820Entry;
import dev.igvmtool.host.hostile.plan.Expectation;
import dev.igvmtool.machine.guest.Architecture;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** A boot as fields of a JSON object. Addresses are hexadecimal strings. */
public final class BootJson {
    private BootJson() {}

    /** Writes the fields of {@code outcome}, and of the verdict on a hostile host. */
    public static void write(BootOutcome outcome, Optional<HostileVerdict> verdict, JsonGenerator json)
            throws IOException {
        write(outcome, json);
        if (verdict.isPresent()) {
            json.writeObjectFieldStart("hostile");
            write(verdict.get(), json);
            json.writeEndObject();
        }
    }

    private static void write(HostileVerdict verdict, JsonGenerator json) throws IOException {
        json.writeStringField("plan", verdict.plan().name());
        json.writeNumberField("told", verdict.told().size());
        if (verdict.expectation().isPresent()) {
            Expectation expectation = verdict.expectation().get();
            json.writeStringField("expected", word(expectation.outcome()));
            json.writeStringField("event", expectation.event());
            json.writeBooleanField("met", verdict.difference().isEmpty());
        }
        if (verdict.difference().isPresent()) {
            json.writeStringField("difference", verdict.difference().get());
        }
    }

    /** What the architecture calls the address of an instruction. */
    private static String counter(BootOutcome outcome) {
        return outcome.vm().machine().partition().architecture() == Architecture.AARCH64 ? "pc" : "rip";
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void write(BootOutcome outcome, JsonGenerator json) throws IOException {
        json.writeStringField("result", outcome.result().word());
        json.writeNumberField("steps", outcome.steps());
        json.writeNumberField("restarts", outcome.restarts());
        json.writeArrayFieldStart("events");
        String counter = counter(outcome);
        for (TimelineEvent event : outcome.events()) {
            write(event, counter, json);
        }
        json.writeEndArray();
        if (!outcome.overlays().isEmpty()) {
            json.writeArrayFieldStart("overlays");
            for (Overlay overlay : outcome.overlays()) {
                json.writeStartObject();
                json.writeStringField("stage", overlay.stage());
                json.writeStringField("startGpa", hex(overlay.range().start()));
                json.writeStringField("endGpa", hex(overlay.range().end()));
                json.writeStringField("note", overlay.note());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (outcome.bringUp().took().isPresent()) {
            json.writeObjectFieldStart("sidecar");
            write(outcome.bringUp(), json);
            json.writeEndObject();
        }
        if (outcome.handoff().isPresent()) {
            json.writeObjectFieldStart("handoff");
            write(outcome.handoff().get(), json);
            json.writeEndObject();
        }
        if (outcome.failure().isPresent()) {
            BootOutcome.Failure failure = outcome.failure().get();
            json.writeObjectFieldStart("failure");
            json.writeNumberField("vp", failure.vp());
            json.writeNumberField("vtl", failure.vtl());
            json.writeStringField(counter, hex(failure.rip()));
            json.writeStringField("reason", failure.reason());
            json.writeEndObject();
        }
    }

    private static void write(SidecarBringUp bringUp, JsonGenerator json) throws IOException {
        writeTime("tookUs", bringUp.took().orElseThrow(), json);
        json.writeArrayFieldStart("vps");
        for (SidecarBringUp.StartedVp vp : bringUp.vps()) {
            json.writeStartObject();
            json.writeNumberField("vp", vp.vp());
            json.writeNumberField("startedBy", vp.startedBy());
            writeTime("startedUs", vp.started(), json);
            writeTime("preparedUs", vp.prepared(), json);
            writeTime("readyUs", vp.ready(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeTime(String name, long units, JsonGenerator json) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(SidecarBringUp.microseconds(units));
    }

    private static void write(TimelineEvent event, String counter, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", event.id());
        json.writeStringField("stage", event.stage());
        json.writeStringField("step", event.step());
        if (event.vp().isPresent()) {
            json.writeNumberField("vp", event.vp().getAsInt());
            json.writeNumberField("vtl", event.vtl().orElseThrow());
            json.writeStringField(counter, hex(event.rip().orElseThrow()));
        } else {
            json.writeNullField("vp");
            json.writeNullField("vtl");
            json.writeNullField(counter);
        }
        json.writeStringField("detail", event.detail());
        json.writeEndObject();
    }

    private static void write(Handoff handoff, JsonGenerator json) throws IOException {
        for (Handoff.Register register : handoff.registers()) {
            json.writeStringField(register.name().toLowerCase(Locale.ROOT), hex(register.value()));
        }
        if (handoff.zeroPage().isPresent()) {
            json.writeStringField("bootParamsGpa", hex(handoff.zeroPage().get().gpa()));
        }
        json.writeStringField("kernelTreeGpa", hex(handoff.kernelTreeGpa()));
        json.writeStringField("commandLine", handoff.commandLine().toUtf8());
        if (handoff.zeroPage().isPresent()) {
            json.writeArrayFieldStart("e820");
            for (E820Entry entry : handoff.e820()) {
                json.writeStartObject();
                json.writeStringField("startGpa", hex(entry.addr()));
                json.writeStringField("endGpa", hex(entry.end()));
                json.writeNumberField("type", entry.type());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
