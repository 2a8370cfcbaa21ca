package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.elf.ElfWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A manifest with resources that nobody wrote: what a seed makes of the form, within what can be built. */
final class GeneratedProject {
    private static final int X64 = 62;
    private static final int AARCH64 = 183;
    private static final int PAGE = 4096;

    /** Seeds in a row that cover every kind of image: one of each small kind, and OpenHCL for the rest. */
    private static final int KINDS = 8;

    private static final long MIB = 1 << 20;

    private final Random random;
    private final Path folder;
    private final int kind;
    private final boolean x64;
    private final StringBuilder configs = new StringBuilder();
    private final StringBuilder resources = new StringBuilder();
    private final List<String> variables = new ArrayList<>();
    private boolean hasVtl0Kernel;

    private GeneratedProject(long seed, Path folder) {
        this.random = new Random(seed);
        this.folder = folder;
        this.kind = (int) (seed % KINDS);
        this.x64 = kind == 0 || random.nextInt(5) != 0;
    }

    /** Writes a project and returns its manifest. */
    static Path write(long seed, Path folder) throws IOException {
        return new GeneratedProject(seed, folder).write();
    }

    private Path write() throws IOException {
        if (kind == 0) {
            direct();
        } else if (kind == 1) {
            config(0, x64 && random.nextBoolean() ? restrictedSnp() : "none", "{ uefi: { config_type: none } }");
            firmware();
        } else if (kind == 2) {
            config(0, "none", "none");
        } else {
            openhcl();
        }
        StringBuilder text = new StringBuilder("guest_arch: " + (x64 ? "x64" : "aarch64") + "\n");
        if (!variables.isEmpty()) {
            text.append("variables:\n");
            variables.forEach(it -> text.append("  ").append(it).append('\n'));
        }
        text.append("guest_configs:\n").append(configs);
        if (resources.length() > 0) {
            text.append("resources:\n").append(resources);
        }
        return Files.writeString(folder.resolve("manifest.yaml"), text);
    }

    private void config(int maxVtl, String isolation, String image) {
        configs.append("  - guest_svn: ").append(random.nextInt(100)).append('\n');
        configs.append("    max_vtl: ").append(maxVtl).append('\n');
        configs.append("    isolation: ").append(isolation).append('\n');
        configs.append("    image: ").append(image).append('\n');
    }

    private void resource(String key, String value) {
        resources.append("  ").append(key).append(": ").append(value).append('\n');
    }

    private String flag() {
        return String.valueOf(random.nextBoolean());
    }

    private void openhcl() throws IOException {
        List<String> isolations = new ArrayList<>();
        isolations.add(random.nextBoolean() ? "none" : "{ vbs: { policy: { debug: " + flag() + " } } }");
        if (x64 && random.nextBoolean()) {
            isolations.add(random.nextInt(isolations.size() + 1), snp(random.nextBoolean() ? "normal" : "restricted"));
        }
        if (x64 && random.nextBoolean()) {
            isolations.add(
                    random.nextInt(isolations.size() + 1),
                    "{ tdx: { policy: { debug: " + flag() + ", sept_ve_disable: " + flag() + " } } }");
        }
        int vtl0 = random.nextInt(x64 ? 3 : 2);
        boolean withInitrd = random.nextBoolean();
        if (vtl0 == 0) {
            firmware();
        } else if (vtl0 == 1) {
            vtl0Kernel(withInitrd);
        }
        for (String isolation : isolations) {
            config(2, isolation, openhclImage(vtl0, withInitrd));
        }
        write("shim.elf", elf(0, 0x10));
        resource("openhcl_boot", "shim.elf");
        if (x64 && random.nextBoolean()) {
            write("sidecar.elf", elf(0, 0));
            resource("underhill_sidecar", "{ path: sidecar.elf }");
        }
        write("kernel", x64 ? elf(16 * MIB, 0x40) : flatImage());
        resource("underhill_kernel", random.nextBoolean() ? "{ kernel: kernel }" : "kernel");
        initrd("underhill_initrd");
    }

    private String openhclImage(int vtl0, boolean withInitrd) {
        List<String> fields = new ArrayList<>();
        int mib = 64 + 2 * random.nextInt(40);
        switch (random.nextInt(3)) {
            case 0 -> fields.add("memory: " + mib + "MiB");
            case 1 -> fields.add("memory_page_count: " + mib * 256);
            default -> {
                String name = "v" + variables.size();
                variables.add(name + ": " + mib + "MiB");
                fields.add("memory: \"${" + name + "}\"");
            }
        }
        if (random.nextBoolean()) {
            fields.add(random.nextBoolean() ? "memory_base: 256MiB" : "memory_page_base: 32768");
        }
        if (random.nextBoolean()) {
            fields.add("command_line: [OPENHCL_BOOT_LOG=com3, \"x=" + random.nextInt() + "\"]");
        }
        if (random.nextBoolean()) {
            fields.add("static_command_line: " + flag());
        }
        if (vtl0 == 0) {
            fields.add("uefi: true");
        } else if (vtl0 == 1) {
            fields.add("linux: { use_initrd: " + withInitrd + (x64 ? ", command_line: console=ttyS0 }" : " }"));
        }
        return "{ openhcl: { " + String.join(", ", fields) + " } }";
    }

    private String snp(String injection) {
        return "{ snp: { shared_gpa_boundary_bits: " + (39 + random.nextInt(8)) + ", injection_type: " + injection
                + ", policy: { debug: " + flag() + ", smt: " + flag() + ", single_socket: " + flag() + " } } }";
    }

    private String restrictedSnp() {
        return snp("restricted");
    }

    private void direct() throws IOException {
        boolean withInitrd = random.nextBoolean();
        config(
                0,
                "{ snp: { injection_type: normal, policy: { debug: " + flag() + " } } }",
                "{ snp_linux_direct: { linux: { use_initrd: " + withInitrd + ", command_line: [console=ttyS0] },"
                        + " processor_count: " + (1 + random.nextInt(40)) + ", memory: 256MiB, c_bit_position: 51 } }");
        vtl0Kernel(withInitrd);
    }

    private void vtl0Kernel(boolean withInitrd) throws IOException {
        if (hasVtl0Kernel) {
            return;
        }
        hasVtl0Kernel = true;
        write("linux", x64 ? elf(16 * MIB, 0) : flatImage());
        resource("linux_kernel", "{ kernel: linux }");
        if (withInitrd) {
            initrd("linux_initrd");
        }
    }

    private void initrd(String key) throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> {
                write(key, bytes(1 + random.nextInt(3 * PAGE)));
                resource(key, key);
            }
            case 1 -> {
                Files.createDirectories(folder.resolve(key + "/etc"));
                write(key + "/etc/random", bytes(random.nextInt(PAGE)));
                resource(key, "{ initrd: { folder: " + key + ", entries: [{ path: /dev, directory: true }] } }");
            }
            default ->
                resource(
                        key,
                        "{ initrd: { entries: [{ path: /a, text: \"" + random.nextInt()
                                + "\", mode: 0600 }, { path: /b, link: a }] } }");
        }
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    private byte[] bytes(int size) {
        byte[] content = new byte[size];
        random.nextBytes(content);
        return content;
    }

    /** One to three segments on pages of their own, with memory behind the file's part of some. */
    private byte[] elf(long address, long entry) {
        ElfWriter elf = new ElfWriter(2, x64 ? X64 : AARCH64, address + entry);
        long at = address;
        for (int i = random.nextInt(3); i >= 0; i--) {
            byte[] content = bytes(1 + random.nextInt(2 * PAGE));
            long memory = content.length + (random.nextBoolean() ? (long) random.nextInt(3 * PAGE) : 0L);
            elf.load(at, 5, Bytes.wrap(content), memory);
            at += (memory + PAGE - 1) / PAGE * PAGE + (long) random.nextInt(3) * PAGE;
        }
        return elf.toBytes().toByteArray();
    }

    private byte[] flatImage() {
        byte[] content = bytes(PAGE + random.nextInt(4 * PAGE));
        ByteBuffer image = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        image.putLong(8, 0).putLong(16, 8L * PAGE).putLong(24, 0xa);
        image.putInt(56, 0x644d_5241);
        return content;
    }

    /** A firmware image of the right size; on x64 with one volume that holds an entry point. */
    private void firmware() throws IOException {
        ByteBuffer image = ByteBuffer.allocate((int) ((x64 ? 6 : 8) * MIB)).order(ByteOrder.LITTLE_ENDIAN);
        int volume = 0x5e_0000;
        image.putLong(volume + 32, 0x2_0000);
        image.put(volume + 40, "_FVH".getBytes(StandardCharsets.US_ASCII));
        image.putShort(volume + 48, (short) 72);
        int file = volume + 72;
        image.put(file + 18, (byte) 3);
        image.putShort(file + 20, (short) 0x400);
        int section = file + 24;
        image.putShort(section, (short) 0x300);
        image.put(section + 3, (byte) 0x10);
        image.putShort(section + 4, (short) 0x5a56);
        image.putShort(section + 10, (short) 0x100);
        image.putInt(section + 12, 0x1d8);
        image.put(PAGE * (1 + random.nextInt(100)), bytes(100));
        write("firmware.fd", image.array());
        resource("uefi", "firmware.fd");
    }
}
