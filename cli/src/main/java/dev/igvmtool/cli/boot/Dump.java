package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.machine.bus.Serial;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Something of a boot that can be written to a file.
 *
 * @param name one of {@link #NAMES}, or {@code memory:GPA:LENGTH}
 */
public record Dump(String name) {
    /** What can be dumped besides memory. */
    public static final List<String> NAMES = List.of(
            "host-tree",
            "kernel-tree",
            "boot-params",
            "command-line",
            "shim-log",
            "kernel-log",
            "sidecar-output",
            "serial",
            "guest-serial",
            "pages");

    private static final String MEMORY = "memory:";
    private static final int MAX_MEMORY_BYTES = 1 << 30;
    private static final int FDT_HEADER_BYTES = 40;
    private static final int FDT_TOTAL_SIZE = 4;

    /** @throws IgvmToolException if there is no such dump */
    public Dump {
        if (name.startsWith(MEMORY)) {
            range(name);
        } else if (!NAMES.contains(name)) {
            throw new IgvmToolException(
                    "no dump '" + name + "', expected memory:GPA:LENGTH or one of " + String.join(", ", NAMES));
        }
    }

    /** @throws IgvmToolException if the boot did not come far enough for it */
    public Bytes of(BootOutcome outcome) {
        return content(outcome).orElseThrow(() -> new IgvmToolException("the boot left no " + name + " to dump"));
    }

    private Optional<Bytes> content(BootOutcome outcome) {
        return switch (name) {
            case "host-tree" -> outcome.vm().plan().hostTree().map(Dump::cutToTotalSize);
            case "kernel-tree" -> outcome.handoff().flatMap(Handoff::kernelTree);
            case "boot-params" -> outcome.handoff().flatMap(Handoff::bootParams);
            case "command-line" -> outcome.handoff().map(Handoff::commandLine);
            case "shim-log" -> outcome.shimLog();
            case "kernel-log" ->
                Optional.of(KernelLogReader.text(outcome.vm().machine()))
                        .filter(text -> !text.isEmpty())
                        .map(Bytes::utf8);
            case "sidecar-output" -> outcome.sidecarOutput();
            case "serial" -> outcome.vm().vtl2Console().map(Serial::text);
            case "guest-serial" -> Optional.of(outcome.vm().guestConsole().text());
            case "pages" -> Optional.of(Bytes.utf8(PageReport.of(outcome.vm().machine())));
            default -> Optional.of(memory(outcome.vm().machine().physicalMemory()));
        };
    }

    private static Bytes cutToTotalSize(Bytes area) {
        if (area.size() < FDT_HEADER_BYTES) {
            return area;
        }
        int size = area.asBuffer().order(ByteOrder.BIG_ENDIAN).getInt(FDT_TOTAL_SIZE);
        return size > 0 && size <= area.size() ? area.slice(0, size) : area;
    }

    private Bytes memory(PhysicalMemory memory) {
        long[] range = range(name);
        for (long gpa = range[0]; gpa < range[0] + range[1]; gpa = (gpa | PhysicalMemory.PAGE_SIZE - 1) + 1) {
            if (!memory.isRam(gpa)) {
                throw new IgvmToolException(String.format("%s: 0x%x is not RAM", name, gpa));
            }
        }
        return memory.readBytes(range[0], (int) range[1]);
    }

    private static long[] range(String name) {
        String[] parts = name.substring(MEMORY.length()).split(":", -1);
        try {
            if (parts.length == 2) {
                long gpa = Long.decode(parts[0]);
                long length = Long.decode(parts[1]);
                if (gpa >= 0 && length >= 0 && length <= MAX_MEMORY_BYTES && gpa + length >= 0) {
                    return new long[] {gpa, length};
                }
            }
        } catch (NumberFormatException e) {
            // Falls through to the one message for all that is no range.
        }
        throw new IgvmToolException(
                "dump '" + name + "' is not of the form memory:GPA:LENGTH with at most " + MAX_MEMORY_BYTES + " bytes");
    }
}
