package dev.igvmtool.cli.handoff;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;

/**
 * What the boot processor asks of hypervisor, platform and host, one line each: hypercalls, and what SNP and TDX have in
 * their place, page by page merged into runs.
 */
final class PlatformOperations {
    private static final int GUEST_OS_ID = 0x4000_0000;

    private final List<String> lines = new ArrayList<>();
    private String operation = "";
    private long start;
    private long end;
    private long unit;

    private PlatformOperations() {}

    /** What the reference did; what its sidecar starts, others may start in another order. */
    static List<String> expected(HandoffCase golden) {
        List<String> lines = new ArrayList<>();
        for (JsonNode line : golden.lines("expected/hypercalls.ndjson")) {
            if (!line.has("code")) {
                lines.add(operation(line));
            } else if (!isStart(golden, HandoffCase.hex(line.get("code")))) {
                lines.add(HypercallText.of(line));
            }
        }
        return lines;
    }

    /** True for calls that start VPs of the sidecar; in a TD the boot processor makes them, in order. */
    private static boolean isStart(HandoffCase golden, long code) {
        return !golden.hardwareIsolated()
                && (code == HypercallCode.ENABLE_VP_VTL.code() || code == HypercallCode.START_VIRTUAL_PROCESSOR.code());
    }

    private static String operation(JsonNode line) {
        String name = line.get("op").asText();
        return switch (name) {
            case "map-gpa" -> {
                long gpa = HandoffCase.hex(line.get("gpa"));
                String way = line.get("shared").asBoolean() ? "map-gpa-shared" : "map-gpa-private";
                yield run(way, gpa, gpa + HandoffCase.hex(line.get("length")), 0);
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
        PlatformOperations operations = new PlatformOperations();
        for (MachineEvent event : events) {
            if (event instanceof MachineEvent.PageOperation pages) {
                operations.add(pages);
            } else if (event instanceof MachineEvent.HypercallDone call) {
                if (!isStart(golden, call.code())) {
                    operations.add(HypercallText.of(call));
                }
            } else if (event instanceof MachineEvent.MsrWrite write
                    && golden.isolation().equals("tdx")
                    && write.number() == GUEST_OS_ID) {
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
