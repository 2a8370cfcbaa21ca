package dev.igvmtool.kernelstub;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.CpioHeader;
import dev.igvmtool.abi.linux.FileMode;

/** Writes archives for tests, as the generator of the paravisor's RAM disk does. */
public final class CpioArchive {
    private final ByteWriter writer = new ByteWriter();
    private long ino = 721;

    public CpioArchive directory(String name) {
        return entry(name, FileMode.DIRECTORY | 0755, 2, 0, 0, Bytes.EMPTY);
    }

    public CpioArchive file(String name, Bytes content) {
        return entry(name, FileMode.REGULAR | 0755, 1, 0, 0, content);
    }

    public CpioArchive link(String name, String target) {
        return entry(name, FileMode.LINK | 0755, 1, 0, 0, Bytes.utf8(target + "\0"));
    }

    public CpioArchive character(String name, int major, int minor) {
        return entry(name, FileMode.CHARACTER | 0600, 1, major, minor, Bytes.EMPTY);
    }

    public CpioArchive entry(String name, int mode, long links, long major, long minor, Bytes content) {
        return entry(ino++, name, mode, links, major, minor, content);
    }

    public CpioArchive entry(long number, String name, int mode, long links, long major, long minor, Bytes content) {
        Bytes text = Bytes.utf8(name + "\0");
        CpioHeader.CODEC.write(
                writer,
                new CpioHeader(number, mode, 0, 0, links, 0, content.size(), 3, 1, major, minor, text.size(), 0));
        writer.bytes(text).alignTo(4).bytes(content).alignTo(4);
        return this;
    }

    /** The archive with its trailer, zeros up to a multiple of 512. */
    public Bytes build() {
        Bytes text = Bytes.utf8(CpioHeader.TRAILER + "\0");
        CpioHeader.CODEC.write(writer, new CpioHeader(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, text.size(), 0));
        writer.bytes(text).alignTo(512);
        return writer.toBytes();
    }
}
