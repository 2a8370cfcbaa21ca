package dev.igvmtool.format;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.wire.FixedHeader;
import dev.igvmtool.format.wire.HeaderNumber;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.stream.Stream;
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

    private final ByteBuffer head;
    private final FileDataLayout data;

    private IgvmWriter(IgvmFile file) {
        List<Header> headers = Stream.of(file.platforms(), file.initializations(), file.directives())
                .<Header>flatMap(List::stream)
                .toList();
        int fixedSize = IgvmReader.fixedSize(file.revision());
        long variableSize = headers.stream().mapToLong(HeaderNumber::recordSize).sum();
        if (variableSize > Integer.MAX_VALUE - FixedHeader.V2_SIZE) {
            throw new FormatException(String.format(
                    "the file would have 0x%x bytes of variable headers, expected at most 0x%x",
                    variableSize, Integer.MAX_VALUE));
        }
        data = new FileDataLayout(fixedSize + variableSize);
        Bytes variable = variableHeaders(headers);
        head = head(file.revision(), variable);
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
    public static Bytes toBytes(IgvmFile file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(file, Channels.newChannel(out));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory cannot fail", e);
        }
        return Bytes.wrap(out.toByteArray());
    }

    private Bytes variableHeaders(List<Header> headers) {
        ByteWriter out = new ByteWriter();
        HeaderWriter writer = new HeaderWriter(out, data);
        for (Header header : headers) {
            writer.write(header).alignTo(8);
        }
        return out.toBytes();
    }

    private ByteBuffer head(Revision revision, Bytes variable) {
        ByteWriter out = new ByteWriter();
        int fixedSize = IgvmReader.fixedSize(revision);
        FixedHeader fixed =
                new FixedHeader(FixedHeader.MAGIC, revision.formatVersion(), fixedSize, variable.size(), data.end(), 0);
        FixedHeader.CODEC.write(out, fixed);
        if (revision.formatVersion() == 2) {
            out.u32(revision.architecture().value()).u32(PageData.PAGE_SIZE);
        }
        out.bytes(variable);
        CRC32 crc = new CRC32();
        crc.update(out.toBytes().asBuffer());
        out.patchU32(FixedHeader.CHECKSUM_OFFSET, crc.getValue());
        return out.toBytes().asBuffer();
    }

    private void writeTo(WritableByteChannel channel) throws IOException {
        writeFully(channel, head);
        // Many small writes are slow; contents are collected to this size first.
        ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
        for (FileDataLayout.Blob blob : data.blobs()) {
            append(channel, chunk, blob.content().asBuffer());
            for (long missing = blob.size() - blob.content().size(); missing > 0; ) {
                int zeros = (int) Math.min(missing, PADDING_CHUNK);
                append(channel, chunk, ByteBuffer.allocate(zeros));
                missing -= zeros;
            }
        }
        writeFully(channel, chunk.flip());
    }

    private static void append(WritableByteChannel channel, ByteBuffer chunk, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            if (!chunk.hasRemaining()) {
                writeFully(channel, chunk.flip());
                chunk.clear();
            }
            int length = Math.min(chunk.remaining(), content.remaining());
            chunk.put(content.slice(content.position(), length));
            content.position(content.position() + length);
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            channel.write(content);
        }
    }
}
