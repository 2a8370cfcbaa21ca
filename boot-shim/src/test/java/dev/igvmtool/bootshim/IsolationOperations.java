package dev.igvmtool.bootshim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.hv.VpStartInput;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;

/** What a shim isolated by SNP or TDX asks of platform and host, one line each; page by page merged into runs. */
final class IsolationOperations {
    private static final int GUEST_OS_ID = 0x4000_0000;

    private final List<String> lines = new ArrayList<>();
    private String operation = "";
    private long start;
    private long end;
    private long unit;

    private IsolationOperations() {}

    /** What the reference did. */
    static List<String> expected(HandoffCase golden) {
        List<String> lines = new ArrayList<>();
        for (JsonNode line : golden.lines("expected/hypercalls.ndjson")) {
            lines.add(line.has("code") ? hypercall(line) : operation(line));
        }
        return lines;
    }

    private static String hypercall(JsonNode line) {
        JsonNode input = line.get("input");
        return String.format(
                "%s vp %d vtl %d %s",
                line.get("control").asText(),
                input.get("vp").asInt(),
                input.get("vtl").asInt(),
                line.get("result").asText());
    }

    private static String operation(JsonNode line) {
        String name = line.get("op").asText();
        return switch (name) {
            case "map-gpa" -> {
                long gpa = HandoffCase.hex(line.get("gpa"));
                yield run(
                        line.get("shared").asBoolean() ? "map-gpa-shared" : "map-gpa-private",
                        gpa,
                        gpa + HandoffCase.hex(line.get("length")),
                        0);
            }
            case "tdvmcall-wrmsr" ->
                name + " " + line.get("msr").asText() + " " + line.get("value").asText();
            case "td-read" ->
                name + " " + line.get("field").asText() + " "
                        + line.get("value").asText();
            default ->
                run(
                        name,
                        HandoffCase.hex(line.get("start")),
                        HandoffCase.hex(line.get("end")),
                        line.get("unit").asLong());
        };
    }

    private static String run(String name, long start, long end, long unit) {
        return String.format("%s 0x%x-0x%x by 0x%x", name, start, end, unit);
    }

    /** What ours did. */
    static List<String> of(HandoffCase golden, List<MachineEvent> events) {
        IsolationOperations operations = new IsolationOperations();
        boolean tdx = golden.isolation().equals("tdx");
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.PageOperation pages) {
                operations.add(pages);
            } else if (event instanceof MachineEvent.HypercallDone call) {
                VpStartInput input = VpStartInput.CODEC.read(call.input());
                operations.add(String.format(
                        "0x%016x vp %d vtl %d 0x%016x",
                        call.control(), input.header().vpIndex(), input.header().targetVtl(), call.result()));
            } else if (event instanceof MachineEvent.MsrWrite write && tdx && write.number() == GUEST_OS_ID) {
                operations.add(String.format("tdvmcall-wrmsr 0x%x 0x%x", write.number(), write.value()));
            } else if (event instanceof MachineEvent.TdRead read) {
                operations.add(String.format("td-read 0x%x 0x%x", read.field(), read.value()));
            }
        }
        operations.flush();
        return operations.lines;
    }

    private void add(String line) {
        flush();
        lines.add(line);
    }

    private void add(MachineEvent.PageOperation pages) {
        boolean whole = pages.operation().startsWith("map-gpa");
        if (pages.operation().equals(operation) && pages.gpa() == end && pages.sizeBytes() == unit && !whole) {
            end += pages.sizeBytes();
            return;
        }
        flush();
        operation = pages.operation();
        start = pages.gpa();
        end = pages.gpa() + pages.sizeBytes();
        unit = whole ? 0 : pages.sizeBytes();
    }

    private void flush() {
        if (!operation.isEmpty()) {
            lines.add(run(operation, start, end, unit));
            operation = "";
        }
    }
}
