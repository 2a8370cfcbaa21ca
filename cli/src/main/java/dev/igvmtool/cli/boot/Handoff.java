package dev.igvmtool.cli.boot;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.E820Entry;
import java.util.List;
import java.util.Optional;

/**
 * What the boot shim leaves for the kernel, at the moment of its jump.
 *
 * @param registers that the kernel looks at, its first instruction first
 * @param zeroPage what is handed over besides the device tree; none on AArch64
 * @param kernelTreeGpa address of the device tree, if there is one
 * @param kernelTree the device tree, cut to its total size
 * @param commandLine text without terminator
 */
public record Handoff(
        List<Register> registers,
        Optional<ZeroPage> zeroPage,
        long kernelTreeGpa,
        Optional<Bytes> kernelTree,
        Bytes commandLine) {
    public Handoff {
        registers = List.copyOf(registers);
    }

    /** A register by the name that its architecture gives it. */
    public record Register(String name, long value) {}

    /**
     * The zero page of x64.
     *
     * @param gpa its address
     * @param content 4096 bytes
     * @param e820 all entries, those of the extension included
     */
    public record ZeroPage(long gpa, Bytes content, List<E820Entry> e820) {
        public ZeroPage {
            e820 = List.copyOf(e820);
        }
    }

    /** The zero page, empty on AArch64. */
    public Optional<Bytes> bootParams() {
        return zeroPage.map(ZeroPage::content);
    }

    /** Entries of the memory map, none on AArch64. */
    public List<E820Entry> e820() {
        return zeroPage.map(ZeroPage::e820).orElse(List.of());
    }
}
