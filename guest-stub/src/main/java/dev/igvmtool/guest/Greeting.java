package dev.igvmtool.guest;

import dev.igvmtool.abi.linux.BootParams;
import dev.igvmtool.abi.linux.E820Entry;
import java.util.Optional;

/** The line that the guest prints: what it found in its boot parameters. */
final class Greeting {
    private static final long MIB = 1 << 20;

    /** The whole line of a guest that was started without a zero page, as firmware is. */
    static final String OF_FIRMWARE = "guest: hello from VTL0, in place of firmware\r\n";

    private Greeting() {}

    /** The whole line of a processor that the first one has started. */
    static String ofProcessor(long index) {
        return "guest: processor " + index + " runs\r\n";
    }

    /** What is wrong with the boot parameters, if anything: a kernel that was started by the protocol has both magics. */
    static Optional<String> defect(BootParams params) {
        if (params.header() != BootParams.HEADER_MAGIC) {
            return Optional.of(String.format(
                    "setup header magic is 0x%08x, expected 0x%08x", params.header(), BootParams.HEADER_MAGIC));
        }
        if (params.bootFlag() != BootParams.BOOT_FLAG_MAGIC) {
            return Optional.of(String.format(
                    "boot flag is 0x%04x, expected 0x%04x", params.bootFlag(), BootParams.BOOT_FLAG_MAGIC));
        }
        return Optional.empty();
    }

    /** The whole line with its end. */
    static String line(BootParams params, String commandLine) {
        String text = defect(params)
                .map(defect -> "bad boot parameters: " + defect)
                .orElseGet(() -> String.format(
                        "hello from VTL0, %d MiB of RAM, command line \"%s\"", ramBytes(params) / MIB, commandLine));
        return "guest: " + text + "\r\n";
    }

    private static long ramBytes(BootParams params) {
        return params.e820Table().stream()
                .filter(entry -> entry.type() == E820Entry.RAM)
                .mapToLong(E820Entry::size)
                .sum();
    }
}
