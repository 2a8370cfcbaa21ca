package dev.igvmtool.bench;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes the inputs of the build benchmark: an image of 80 MB (28 MB ELF kernel, 48 MB initrd, random bytes that neither
 * compress nor repeat) for one platform without isolation, and for SNP, TDX and VBS in one file.
 */
public final class LargeImage {
    private static final int MIB = 1 << 20;
    private static final int KERNEL_BYTES = 28 * MIB;
    private static final int INITRD_BYTES = 48 * MIB;
    private static final int SHIM_BYTES = MIB / 2;
    private static final int X86_64 = 62;
    private static final int EXECUTABLE = 2;
    private static final int READ_EXECUTE = 5;

    private LargeImage() {}

    /** Writes into the folder that is the only argument. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: LargeImage FOLDER");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
        // Fixed seeds: every machine measures the same bytes.
        write(folder.resolve("kernel.elf"), executable(0x100_0000, random(1, KERNEL_BYTES)));
        write(folder.resolve("shim.elf"), executable(0, random(2, SHIM_BYTES)));
        write(folder.resolve("initrd.bin"), random(3, INITRD_BYTES));
        Files.writeString(folder.resolve("resources.json"), """
                {"resources": {"underhill_kernel": "kernel.elf", "openhcl_boot": "shim.elf",
                               "underhill_initrd": "initrd.bin"}}
                """);
        Files.writeString(folder.resolve("none.json"), manifest(config("\"none\"")));
        Files.writeString(
                folder.resolve("three-platforms.json"),
                manifest(
                        config("""
                                {"snp": {"shared_gpa_boundary_bits": 46, "policy": 196639, "enable_debug": false,
                                         "injection_type": "normal"}}"""),
                        config("{\"tdx\": {\"enable_debug\": false, \"sept_ve_disable\": true}}"),
                        config("{\"vbs\": {\"enable_debug\": false}}")));
    }

    private static String manifest(String... configs) {
        return "{\"guest_arch\": \"x64\", \"guest_configs\": [\n" + String.join(",\n", configs) + "\n]}\n";
    }

    private static String config(String isolation) {
        // 1 GiB of VTL2 memory at 128 MiB, so that the image itself is the only thing that varies.
        return "{\"guest_svn\": 1, \"max_vtl\": 2, \"isolation_type\": " + isolation
                + ", \"image\": {\"openhcl\": {\"command_line\": \"\", \"memory_page_base\": 32768,"
                + " \"memory_page_count\": 262144}}}";
    }

    private static Bytes executable(long address, Bytes content) {
        return new ElfWriter(EXECUTABLE, X86_64, address)
                .load(address, READ_EXECUTE, content, content.size())
                .toBytes();
    }

    private static Bytes random(long seed, int size) {
        byte[] content = new byte[size];
        new Random(seed).nextBytes(content);
        return Bytes.wrap(content);
    }

    private static void write(Path file, Bytes content) throws IOException {
        Files.write(file, content.toByteArray());
    }
}
