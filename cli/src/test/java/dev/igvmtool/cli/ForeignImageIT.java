package dev.igvmtool.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfHeader;
import dev.igvmtool.abi.elf.ElfWriter;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.cli.TestConsole.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Images whose shim, kernel and initrd this project has never seen: code of any length with its entry point anywhere, here
 * random bytes. Stage programs stand over their entry points, and the boot comes to the guest.
 */
class ForeignImageIT {
    @TempDir
    Path folder;

    /** An executable of random bytes, so that nothing in it looks like what it is not. */
    private static byte[] executable(long linkAddress, int textBytes, long entryOffset, long bssBytes) {
        byte[] text = new byte[textBytes];
        new Random(textBytes + entryOffset).nextBytes(text);
        long dataAddress = linkAddress + textBytes + 0xfff & -0x1000;
        ElfWriter elf = new ElfWriter(
                linkAddress == 0 ? ElfHeader.ET_DYN : ElfHeader.ET_EXEC,
                ElfHeader.EM_X86_64,
                linkAddress + entryOffset);
        elf.load(linkAddress, ProgramHeader.PF_R | ProgramHeader.PF_X, Bytes.of(text), textBytes);
        byte[] data = new byte[0x777];
        new Random(textBytes).nextBytes(data);
        elf.load(dataAddress, ProgramHeader.PF_R | ProgramHeader.PF_W, Bytes.of(data), data.length + bssBytes);
        return elf.toBytes().toByteArray();
    }

    /** A packed archive with programs that nothing here can run. */
    private static byte[] initrd() throws IOException {
        ByteWriter archive = new ByteWriter();
        append(archive, "etc", 0x41ed, "");
        append(archive, "etc/hostname", 0x81a4, "elsewhere\n");
        append(archive, "underhill-init", 0x81ed, "\u007fELF of another project");
        append(archive, "bin", 0x41ed, "");
        append(archive, "bin/openvmm_hcl", 0x81ed, "\u007fELF of another project");
        append(archive, "TRAILER!!!", 0, "");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(archive.toBytes().toByteArray());
        }
        return packed.toByteArray();
    }

    private static void append(ByteWriter archive, String name, int mode, String content) {
        String header = String.format(
                "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
                1, mode, 0, 0, 1, 0, content.length(), 0, 0, 0, 0, name.length() + 1, 0);
        archive.bytes(Bytes.utf8(header + name + "\0")).alignTo(4);
        archive.bytes(Bytes.utf8(content)).alignTo(4);
    }

    private void write(byte[] shim, byte[] kernel) throws IOException {
        Files.write(folder.resolve("shim"), shim);
        Files.write(folder.resolve("kernel"), kernel);
        Files.write(folder.resolve("initrd"), initrd());
        Files.write(folder.resolve("guest"), executable(0x100_0000, 0x8123, 0x1235, 0));
        String[] isolations = {
            "none",
            "{ vbs: { enable_debug: false } }",
            "{ snp: { shared_gpa_boundary_bits: 46, policy: 196639, enable_debug: false, injection_type: normal } }",
            "{ tdx: { enable_debug: false, sept_ve_disable: true } }"
        };
        for (String isolation : isolations) {
            String manifest = """
                    guest_arch: x64
                    guest_configs:
                      - guest_svn: 1
                        max_vtl: 2
                        isolation_type: %s
                        image:
                          openhcl:
                            command_line: "OPENHCL_FORCE_LOAD_VTL0_IMAGE=linux"
                            memory_page_base: 32768
                            memory_page_count: 32768
                            linux: { use_initrd: false, command_line: "seen from here" }
                    resources:
                      openhcl_boot: shim
                      underhill_kernel: kernel
                      underhill_initrd: initrd
                      linux_kernel: guest
                    """.formatted(isolation);
            String name = isolation.equals("none") ? "none" : isolation.substring(2, 5);
            Files.createDirectories(folder.resolve(name));
            for (String file : new String[] {"shim", "kernel", "initrd", "guest"}) {
                Files.copy(folder.resolve(file), folder.resolve(name).resolve(file));
            }
            Files.writeString(folder.resolve(name).resolve("manifest.yaml"), manifest);
        }
    }

    private Outcome boot(String isolation) {
        return TestConsole.run(
                "boot",
                folder.resolve(isolation).toString(),
                "--isolation",
                isolation,
                "--stage",
                "all",
                "--vps",
                "2",
                "--memory",
                "1G");
    }

    @ParameterizedTest
    @CsvSource({
        // Link address, bytes of text, offset of the entry and bytes of zeros of the shim; offset of the kernel's
        // entry.
        "0x0, 0x9000, 0x0, 0x0, 0x0",
        "0x0, 0x30000, 0x12345, 0x60000, 0x1001",
        "0x0, 0x20010, 0x1f000, 0x1000, 0x777",
        "0x0, 0x1555, 0x10, 0x100000, 0x40000",
        "0x0, 0xb0000, 0x90008, 0x2000, 0x13fff"
    })
    void anyShapeBootsToTheGuest(String link, String text, String entry, String bss, String kernelEntry)
            throws IOException {
        write(
                executable(Long.decode(link), Integer.decode(text), Long.decode(entry), Long.decode(bss)),
                executable(0x100_0000, 0x12_3456, Long.decode(kernelEntry), 0x8000));
        for (String isolation : new String[] {"none", "vbs", "snp", "tdx"}) {
            Outcome outcome = boot(isolation);
            assertEquals(0, outcome.status(), isolation + ": " + outcome.err());
            assertTrue(outcome.out().contains("result: guest-finished"), isolation + ": " + outcome.out());
            assertTrue(outcome.out().contains("command line \"seen from here\""), isolation + ": " + outcome.out());
        }
    }

    @Test
    void anInitrdWithoutInitIsNoInitrdOfOpenHcl() throws IOException {
        write(executable(0, 0x9000, 0, 0), executable(0x100_0000, 0x12_3456, 0, 0));
        Files.write(folder.resolve("none/initrd"), new byte[512]);
        Outcome outcome = boot("none");
        assertEquals(1, outcome.status(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("No working init found: /underhill-init"), outcome.err());
    }

    @Test
    void aShimWithoutRoomForTheStageIsRefusedInOneLine() throws IOException {
        write(executable(0, 0x9000, 0x9ff0, 0), executable(0x100_0000, 0x12_3456, 0, 0));
        Outcome outcome = boot("none");
        assertEquals(2, outcome.status(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("boot-shim cannot be put over this image: no room"), outcome.err());
    }
}
