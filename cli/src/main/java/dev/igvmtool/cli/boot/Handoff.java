package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.E820Entry;
import java.util.List;
import java.util.Optional;

/**
 * What the boot shim leaves for the kernel, at the moment of its jump.
 *
 * @param rip first instruction of the kernel
 * @param rsi address of the zero page
 * @param bootParams the zero page
 * @param kernelTreeGpa address of the device tree, if there is one
 * @param kernelTree the device tree, cut to its total size
 * @param commandLine text without terminator
 * @param e820 all entries, those of the extension included
 */
public record Handoff(
        long rip,
        long rsi,
        Bytes bootParams,
        long kernelTreeGpa,
        Optional<Bytes> kernelTree,
        Bytes commandLine,
        List<E820Entry> e820) {
    public Handoff {
        e820 = List.copyOf(e820);
    }
}
