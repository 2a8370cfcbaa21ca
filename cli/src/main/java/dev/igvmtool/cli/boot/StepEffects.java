package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one VP read, wrote and called since its last step: the detail of a timeline event. */
final class StepEffects {
    /** Ranges of one kind that are shown; a page-table builder touches many. */
    private static final int SHOWN = 4;

    /** Unnamed accesses that are at most this far apart are one range. */
    private static final long NEAR = 0x1_0000;

    private final List<Touched> reads = new ArrayList<>();
    private final List<Touched> writes = new ArrayList<>();
    private final Map<String, Integer> calls = new LinkedHashMap<>();

    /** One range; grows while the same place is touched. */
    private static final class Touched {
        private final Optional<String> name;
        private long start;
        private long end;

        Touched(Optional<String> name, long start, long end) {
            this.name = name;
            this.start = start;
            this.end = end;
        }

        boolean takes(Optional<String> place, long from, long to) {
            boolean same = name.equals(place) && (place.isPresent() || from <= end + NEAR && to >= start - NEAR);
            if (same) {
                start = Math.min(start, from);
                end = Math.max(end, to);
            }
            return same;
        }

        @Override
        public String toString() {
            return name.map(it -> it + " ").orElse("") + String.format("0x%x-0x%x", start, end);
        }
    }

    /** Takes an event of the VP into account; others than accesses and calls do not matter here. */
    void add(MachineEvent event, Places places) {
        if (event instanceof MachineEvent.MemoryRead read) {
            touch(reads, places, read.gpa(), read.length());
        } else if (event instanceof MachineEvent.MemoryWrite write) {
            touch(writes, places, write.gpa(), write.length());
        } else if (event instanceof MachineEvent.HypercallDone call) {
            count("hypercall " + HypercallCode.nameOf(call.code()));
        } else if (event instanceof MachineEvent.MsrRead msr) {
            count(String.format("rdmsr 0x%x", msr.number()));
        } else if (event instanceof MachineEvent.MsrWrite msr) {
            count(String.format("wrmsr 0x%x", msr.number()));
        } else if (event instanceof MachineEvent.SystemRegisterWrite msr) {
            count(String.format("msr %s 0x%x", msr.register(), msr.value()));
        } else if (event instanceof MachineEvent.Cpuid cpuid) {
            count(String.format("cpuid 0x%x", cpuid.leaf()));
        } else if (event instanceof MachineEvent.PageOperation pages) {
            count(pages.operation());
        } else if (event instanceof MachineEvent.TdRead read) {
            count(String.format("td-read 0x%x", read.field()));
        } else if (event instanceof MachineEvent.PortOut port) {
            count(String.format("out 0x%x", port.port()));
        } else if (event instanceof MachineEvent.VpStarted started) {
            count(String.format("starts VP %d in VTL %d", started.vp(), started.vtl()));
        }
    }

    private static void touch(List<Touched> ranges, Places places, long gpa, int length) {
        Optional<String> name = places.nameOf(gpa);
        for (int i = ranges.size() - 1; i >= 0; i--) {
            if (ranges.get(i).takes(name, gpa, gpa + length)) {
                return;
            }
        }
        if (ranges.size() <= SHOWN) {
            ranges.add(new Touched(name, gpa, gpa + length));
        }
    }

    private void count(String what) {
        calls.merge(what, 1, Integer::sum);
    }

    /** What happened as one text; empty if nothing did. */
    String describe() {
        List<String> parts = new ArrayList<>();
        ranges("reads ", reads, parts);
        ranges("writes ", writes, parts);
        List<String> called = new ArrayList<>();
        for (Map.Entry<String, Integer> call : calls.entrySet()) {
            if (called.size() == SHOWN) {
                called.add("...");
                break;
            }
            called.add(call.getKey() + (call.getValue() == 1 ? "" : " x" + call.getValue()));
        }
        if (!called.isEmpty()) {
            parts.add(String.join(", ", called));
        }
        return String.join("; ", parts);
    }

    private static void ranges(String verb, List<Touched> ranges, List<String> parts) {
        if (ranges.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(verb);
        for (int i = 0; i < ranges.size(); i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(i == SHOWN ? "..." : ranges.get(i).toString());
        }
        parts.add(text.toString());
    }
}
