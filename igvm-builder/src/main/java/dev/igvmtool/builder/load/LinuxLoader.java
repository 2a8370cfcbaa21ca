package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.builder.manifest.GuestArch;
import dev.igvmtool.builder.manifest.ManifestException;
import java.util.Optional;

/** Places a Linux kernel and its initrd, without processor state. {@code vm/loader/src/linux.rs}. */
final class LinuxLoader {
    private static final String KERNEL_TAG = "linux-kernel";

    private final ImageSink sink;

    LinuxLoader(ImageSink sink) {
        this.sink = sink;
    }

    /**
     * Where a kernel stands.
     *
     * @param kernel from its lowest page to the first address that is free behind it
     * @param initrd exact bytes; empty at address 0 without one
     * @param setupHeader of a bzImage
     */
    record Placed(GpaRange kernel, long entry, GpaRange initrd, Optional<Bytes> setupHeader) {}

    /**
     * Places a kernel.
     *
     * @param start lowest address for it; on aarch64 its text offset comes on top
     */
    Placed load(GuestArch arch, Resource kernel, Optional<Resource> initrd, long start) {
        Placed placed = kernel.read(file -> arch == GuestArch.AARCH64 ? flat(file, start) : x64(file, start));
        if (initrd.isEmpty()) {
            return placed;
        }
        GpaRange range = GpaRange.ofSize(
                Pages.up(placed.kernel.end(), Pages.LARGE),
                initrd.get().content().size());
        sink.importRegion(
                range.start(),
                range.size(),
                "linux-initrd",
                Acceptance.EXCLUSIVE,
                initrd.get().content());
        return new Placed(placed.kernel, placed.entry, range, placed.setupHeader);
    }

    private Placed x64(Bytes kernel, long start) {
        if (!BzImage.isBzImage(kernel)) {
            ElfLoader.Placed elf = new ElfLoader(sink)
                    .load(ElfFiles.read(kernel, GuestArch.X64), start, 0, Acceptance.EXCLUSIVE, KERNEL_TAG);
            return new Placed(new GpaRange(elf.start(), elf.end()), elf.entry(), new GpaRange(0, 0), Optional.empty());
        }
        BzImage image = BzImage.read(kernel);
        long size = Pages.up(image.kernel().size());
        sink.importRegion(start, size, KERNEL_TAG, Acceptance.EXCLUSIVE, image.kernel());
        return new Placed(
                new GpaRange(start, image.endAt(start)),
                start + image.entryOffset(),
                new GpaRange(0, 0),
                Optional.of(image.setupHeader()));
    }

    private Placed flat(Bytes kernel, long start) {
        FlatImage image = FlatImage.read(kernel);
        long base = start + image.textOffset();
        if (base % Pages.SIZE != 0) {
            throw new FormatException(String.format("arm64 Image wants the unaligned offset 0x%x", image.textOffset()));
        }
        sink.importRegion(base, image.sizeBytes(), KERNEL_TAG, Acceptance.EXCLUSIVE, kernel);
        return new Placed(GpaRange.ofSize(base, image.sizeBytes()), base, new GpaRange(0, 0), Optional.empty());
    }

    /** A command line with its NUL, which must fit a page. */
    static Bytes terminated(Bytes commandLine) {
        if (commandLine.size() >= ImageSink.PAGE) {
            throw new ManifestException("'command_line' of 'linux' has " + commandLine.size()
                    + " bytes, its page has room for " + (ImageSink.PAGE - 1));
        }
        return commandLine.paddedTo(commandLine.size() + 1);
    }
}
