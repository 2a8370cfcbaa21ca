package dev.igvmtool.cli.handoff;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One hypercall with input, result and output as a line of text, in the data's form and in ours. */
final class HypercallText {
    private HypercallText() {}

    static String of(JsonNode call) {
        JsonNode input = call.get("input");
        StringBuilder text = new StringBuilder();
        text.append("vp ")
                .append(call.get("vp"))
                .append(' ')
                .append(call.get("control").asText());
        input.properties().forEach(field -> text.append(' ')
                .append(field.getKey())
                .append('=')
                .append(plain(field.getKey(), field.getValue())));
        text.append(" -> ").append(call.get("result").asText());
        if (call.has("output")) {
            text.append(' ').append(plain("output", call.get("output")));
        }
        return text.toString();
    }

    private static String plain(String name, JsonNode value) {
        if (name.equals("pages")) {
            List<String> runs = new ArrayList<>();
            value.forEach(run -> runs.add(run.get(0).asLong() + "+" + run.get(1).asLong()));
            return runs.toString();
        }
        return value.isTextual() ? value.asText() : value.toString();
    }

    static String of(MachineEvent.HypercallDone call) {
        HypercallControl control = new HypercallControl(call.control());
        HypercallCode code = HypercallCode.of(call.code()).orElseThrow();
        return String.format(
                        "vp %d 0x%016x partition=0x%x %s -> 0x%016x %s",
                        call.vp(),
                        call.control(),
                        call.input().u64(0),
                        input(code, control.repCount(), call.input()),
                        call.result(),
                        output(code, control.repCount(), call.output()))
                .strip();
    }

    private static String input(HypercallCode code, int reps, Bytes input) {
        return switch (code) {
            case GET_VP_REGISTERS ->
                String.format("vp=0x%x vtl=%d register=0x%x", input.u32(8), input.u8(12), input.u32(16));
            case SET_VP_REGISTERS ->
                String.format(
                        "vp=0x%x vtl=%d register=0x%x value=0x%x",
                        input.u32(8), input.u8(12), input.u32(16), input.u64(32));
            case MODIFY_VTL_PROTECTION_MASK ->
                String.format("map_flags=%d vtl=%d pages=%s", input.u32(8), input.u8(12), runs(input, reps));
            case ACCEPT_GPA_PAGES ->
                String.format("attributes=0x%x first_page=0x%x count=%d", input.u32(8), input.u64(16), reps);
            case GET_VP_INDEX_FROM_APIC_ID ->
                String.format("vtl=%d apic_ids=%s", input.u8(8), numbers(input.slice(16, 4 * reps)));
            case ENABLE_VP_VTL, START_VIRTUAL_PROCESSOR -> {
                VpStartInput start = VpStartInput.CODEC.read(input);
                yield String.format(
                        Locale.ROOT,
                        "vp=%d vtl=%d context=%s",
                        start.header().vpIndex(),
                        start.header().targetVtl(),
                        start.context().equals(InitialVpContext.ZERO) ? "zero" : start.context());
            }
            default -> input.toHex();
        };
    }

    private static String output(HypercallCode code, int reps, Bytes output) {
        return switch (code) {
            case GET_VP_REGISTERS -> String.format("0x%x", output.u64(0));
            case GET_VP_INDEX_FROM_APIC_ID -> numbers(output.slice(0, 4 * reps));
            default -> "";
        };
    }

    private static String numbers(Bytes words) {
        StringBuilder text = new StringBuilder("[");
        for (int at = 0; at < words.size(); at += 4) {
            text.append(at == 0 ? "" : ",").append(words.u32(at));
        }
        return text.append(']').toString();
    }

    private static String runs(Bytes input, int count) {
        List<String> runs = new ArrayList<>();
        long first = input.u64(16);
        long length = 1;
        for (int i = 1; i <= count; i++) {
            if (i < count && input.u64(16 + 8 * i) == first + length) {
                length++;
            } else {
                runs.add(first + "+" + length);
                first = i < count ? input.u64(16 + 8 * i) : 0;
                length = 1;
            }
        }
        return runs.toString();
    }
}
