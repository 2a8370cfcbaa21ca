package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.linux.CpioHeader;
import dev.igvmtool.abi.linux.FileMode;
import dev.igvmtool.kernelstub.fs.Initrd;
import dev.igvmtool.kernelstub.state.Kernel;
import dev.igvmtool.machine.guest.Cpu;
import java.util.List;
import java.util.Map;

/**
 * Files that are part of the kernel, as Linux may have an initramfs built in: a cpio archive behind the slots, after its
 * length in 64 bits. Programs take the place of files of the initrd, so that those of this project run where an initrd has
 * others; what the initrd does not have is not started either. Device nodes that init needs before it mounts {@code /dev}
 * are added where they are missing.
 */
final class BuiltInFiles {
    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int EXECUTABLE = 0755;
    private static final List<String> DIRECTORIES = List.of("dev", "proc", "root", "run", "sys", "tmp", "var");

    /** A character device of the list of nodes that an OpenHCL initrd has. */
    private record Node(String name, int permissions, int major, int minor) {}

    private static final List<Node> NODES = List.of(
            new Node("dev/null", 0666, 1, 3), new Node("dev/kmsg", 0600, 1, 11), new Node("dev/ttyprintk", 0600, 5, 3));

    private final ByteWriter archive = new ByteWriter();
    private int inode;

    private BuiltInFiles() {}

    /** What stands behind the slots for executables by their paths, without leading slash. */
    static Bytes constants(Map<String, Bytes> files) {
        if (files.isEmpty()) {
            return Bytes.zeros(LENGTH_BYTES);
        }
        BuiltInFiles builder = new BuiltInFiles();
        DIRECTORIES.forEach(name -> builder.add(FileMode.DIRECTORY | EXECUTABLE, new Node(name, 0, 0, 0), Bytes.EMPTY));
        NODES.forEach(node -> builder.add(FileMode.CHARACTER | node.permissions, node, Bytes.EMPTY));
        files.forEach((name, content) -> builder.add(FileMode.REGULAR | EXECUTABLE, new Node(name, 0, 0, 0), content));
        builder.add(0, new Node(CpioHeader.TRAILER, 0, 0, 0), Bytes.EMPTY);
        Bytes content = builder.archive.toBytes();
        return new ByteWriter().u64(content.size()).bytes(content).toBytes();
    }

    private void add(int mode, Node node, Bytes content) {
        int nameBytes = node.name.length() + 1;
        CpioHeader header =
                new CpioHeader(++inode, mode, 0, 0, 1, 0, content.size(), 0, 0, node.major, node.minor, nameBytes, 0);
        CpioHeader.CODEC.write(archive, header);
        archive.bytes(Bytes.utf8(node.name)).u8(0).alignTo(4).bytes(content).alignTo(4);
    }

    /** Bytes behind the slots. */
    static long sizeBytes(Cpu cpu) {
        return LENGTH_BYTES + cpu.memory().readU64(cpu.constants());
    }

    /** Merges the files with those of the initrd, which is unpacked. */
    static void merge(Kernel kernel) {
        Cpu cpu = kernel.cpu();
        GpaRange archive =
                GpaRange.ofSize(cpu.constants() + LENGTH_BYTES, cpu.memory().readU64(cpu.constants()));
        if (archive.isEmpty()) {
            return;
        }
        Map<String, Initrd.Merged> merged = Initrd.merge(cpu.memory(), archive, kernel.files(), kernel.data());
        merged.forEach((path, what) -> {
            if (what != Initrd.Merged.LEFT_OUT) {
                kernel.log(Kernel.INFO, "Built-in initramfs: " + path + what.text());
            }
        });
    }
}
