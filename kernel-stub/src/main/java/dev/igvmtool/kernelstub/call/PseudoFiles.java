package dev.igvmtool.kernelstub.call;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import dev.igvmtool.kernelstub.fs.Inode.PseudoFile;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.kernelstub.state.Processor;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of /proc and /sys with behaviour. What is written to settings and orders shows in the log at debug level. */
final class PseudoFiles {
    private static final Pattern GUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern PCI_ID = Pattern.compile("[0-9a-fA-F]{1,8}( [0-9a-fA-F]{1,8}){1,6}");
    private static final Pattern ONLINE = Pattern.compile(".*/cpu([0-9]+)/online");

    private PseudoFiles() {}

    static Bytes read(Kernel kernel, PseudoFile file) {
        return Bytes.utf8(
                switch (file.kind()) {
                    case SETTING -> kernel.settings().getOrDefault(file.path(), "") + "\n";
                    case COMMAND -> throw new LinuxError(Errno.EIO, file.path());
                    case CPU_ONLINE -> (kernel.processors().get(cpu(file)).online() ? "1" : "0") + "\n";
                    case REPORT -> report(kernel, file.path());
                });
    }

    static Outcome write(Kernel kernel, PseudoFile file, String text, int length) {
        String value = text.strip();
        switch (file.kind()) {
            case SETTING -> kernel.settings().put(file.path(), value);
            case COMMAND -> command(kernel, file.path(), value);
            case CPU_ONLINE -> {
                return Processors.setOnline(kernel, cpu(file), value, length);
            }
            case REPORT -> throw new LinuxError(Errno.EACCES, file.path());
        }
        kernel.log(Kernel.DEBUG, "write to " + file.path() + ": " + value);
        return new Outcome.Done(length);
    }

    private static void command(Kernel kernel, String path, String value) {
        Pattern expected = path.contains("/vmbus/") ? GUID : PCI_ID;
        if (!expected.matcher(value).matches()) {
            throw new LinuxError(Errno.EINVAL, path);
        }
        kernel.settings().merge(path, value, (before, added) -> before + "\n" + added);
    }

    private static int cpu(PseudoFile file) {
        Matcher matcher = ONLINE.matcher(file.path());
        if (!matcher.matches()) {
            throw new LinuxError(Errno.ENODEV, file.path());
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static String report(Kernel kernel, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return switch (name) {
            case "cmdline" -> kernel.handoff().commandLine() + "\n";
            case "online" ->
                list(kernel.processors().stream()
                        .filter(Processor::online)
                        .map(Processor::index)
                        .toList());
            case "possible" ->
                list(kernel.processors().stream().map(Processor::index).toList());
            case "meminfo" ->
                String.format(
                        "MemTotal:       %8d kB\nMemFree:        %8d kB\n",
                        kernel.handoff().memoryMap().ram().stream()
                                        .mapToLong(GpaRange::size)
                                        .sum()
                                / 1024,
                        kernel.pages().freeBytes() / 1024);
            case "uptime" -> String.format("%d.%02d 0.00\n", kernel.uptime() / 1_000_000_000, 0);
            case "version" -> "Linux version 6.6.0 (kernel-stub)\n";
            case "filesystems" -> "nodev\tproc\nnodev\tsysfs\nnodev\tdevtmpfs\nnodev\tdevpts\nnodev\ttmpfs\n";
            default -> "";
        };
    }

    /** Numbers as Linux lists them: {@code 0-3,8}. */
    static String list(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < numbers.size(); ) {
            int last = i;
            while (last + 1 < numbers.size() && numbers.get(last + 1) == numbers.get(last) + 1) {
                last++;
            }
            text.append(text.isEmpty() ? "" : ",").append(numbers.get(i));
            if (last > i) {
                text.append('-').append(numbers.get(last));
            }
            i = last + 1;
        }
        return text.append('\n').toString();
    }
}
