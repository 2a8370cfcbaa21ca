package dev.igvmtool.format;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.wire.FixedHeader;
import dev.igvmtool.format.wire.HeaderNumber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Writes IGVM files, byte for byte as the igvm crate does: fixed header, variable headers in list order, then contents in
 * order of first use, each once. Contents go from where they are to the channel; only headers are built in memory.
 *
 * <p>Specification: igvm_defs 0.4; {@code IgvmFile::serialize} of the igvm crate. Differs: error ranges, unknown optional
 * headers, {@code gpa} of every VP context and headers with mask 0 are written too.
 */
public final class IgvmWriter {
    /** Most bytes of a file. */
    static final long MAX_SIZE = 0xffff_ffffL;

    private static final int PADDING_CHUNK = 4096;
    private static final int CHUNK = 1 << 18;

    private final Bytes head;
    private final FileDataLayout data;

    private IgvmWriter(IgvmFile file) {
        int fixedSize = IgvmReader.fixedSize(file.revision());
        long variableSize = size(file.platforms()) + size(file.initializations()) + size(file.directives());
        if (variableSize > Integer.MAX_VALUE - FixedHeader.V2_SIZE) {
            throw new FormatException(String.format(
                    "the file would have 0x%x bytes of variable headers, expected at most 0x%x",
                    variableSize, Integer.MAX_VALUE));
        }
        data = new FileDataLayout(fixedSize + variableSize);
        head = head(file, fixedSize, (int) variableSize);
    }

    /**
     * Writes a file.
     *
     * @throws FormatException if it would not fit the format (4 GiB); nothing is written then
     * @throws IOException if the channel fails
     */
    public static void write(IgvmFile file, WritableByteChannel channel) throws IOException {
        new IgvmWriter(file).writeTo(channel);
    }

    /** The file in memory, for small ones. */
    public static Bytes toBytes(IgvmFile image) {
        IgvmWriter writer = new IgvmWriter(image);
        byte[] file = new byte[Math.toIntExact(writer.data.end())];
        try {
            writer.writeTo(new MemoryChannel(ByteBuffer.wrap(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return Bytes.wrap(file);
    }

    /** Fills a buffer that has room for everything. */
    private record MemoryChannel(ByteBuffer target) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) {
            int length = source.remaining();
            target.put(source);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static long size(List<? extends Header> headers) {
        return headers.stream().mapToLong(HeaderNumber::recordSize).sum();
    }

    /** Fixed header, with a checksum of 0, and variable headers. */
    private Bytes head(IgvmFile file, int fixedSize, int variableSize) {
        ByteWriter out = new ByteWriter(fixedSize + variableSize);
        out.zeros(fixedSize);
        HeaderWriter writer = new HeaderWriter(out, data);
        file.platforms().forEach(header -> writer.write(header).alignTo(8));
        file.initializations().forEach(header -> writer.write(header).alignTo(8));
        file.directives().forEach(header -> writer.write(header).alignTo(8));
        Revision revision = file.revision();
        out.patchU32(0, FixedHeader.MAGIC)
                .patchU32(4, revision.formatVersion())
                .patchU32(8, fixedSize)
                .patchU32(12, variableSize)
                .patchU32(16, data.end());
        if (revision.formatVersion() == 2) {
            out.patchU32(24, revision.architecture().value()).patchU32(28, PageData.PAGE_SIZE);
        }
        return out.takeBytes();
    }

    private void writeTo(WritableByteChannel channel) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(head.asBuffer());
        int after = FixedHeader.CHECKSUM_OFFSET + Integer.BYTES;
        writeFully(channel, head.slice(0, FixedHeader.CHECKSUM_OFFSET).asBuffer());
        writeFully(channel, new ByteWriter().u32(crc.getValue()).takeBytes().asBuffer());
        writeFully(channel, head.from(after).asBuffer());
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        Bytes run = Bytes.EMPTY;
        for (FileDataLayout.Blob blob : data.blobs()) {
            Bytes content = blob.content();
            if (run.isFollowedBy(content)) {
                run = run.extendedBy(content.size());
            } else {
                append(channel, chunk, run.asBuffer());
                run = content;
            }
            if (blob.size() > content.size()) {
                append(channel, chunk, run.asBuffer());
                run = Bytes.EMPTY;
                pad(channel, chunk, blob.size() - content.size());
            }
        }
        append(channel, chunk, run.asBuffer());
        writeFully(channel, chunk.flip());
    }

    private static void pad(WritableByteChannel channel, ByteBuffer chunk, long count) throws IOException {
        for (long missing = count; missing > 0; ) {
            int zeros = (int) Math.min(missing, PADDING_CHUNK);
            append(channel, chunk, ByteBuffer.allocate(zeros));
            missing -= zeros;
        }
    }

    /** Many small writes are slow and are collected; pages that follow each other in a resource are one large write. */
    private static void append(WritableByteChannel channel, ByteBuffer chunk, ByteBuffer content) throws IOException {
        if (content.remaining() > chunk.remaining()) {
            writeFully(channel, chunk.flip());
            chunk.clear();
        }
        if (content.remaining() > chunk.remaining()) {
            writeFully(channel, content);
        } else {
            chunk.put(content);
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }
}
