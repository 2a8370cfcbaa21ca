package dev.igvmtool.format;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.wire.FixedHeader;
import dev.igvmtool.format.wire.Section;
import dev.igvmtool.format.wire.VariableHeaderType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * Reads IGVM files. Strict about structure: sizes, checksum, order of sections, types, reserved fields, alignment and the
 * place of file data. Whether the headers make sense together is not asked here. Contents are slices of the given bytes,
 * so reading needs memory for the headers only.
 *
 * <p>Specification: igvm_defs 0.4; rules and their order as in the igvm crate, {@code IgvmFile::new_from_binary}, except:
 * an empty data area, optional unknown headers, any register and any processor of a VBS context are accepted.
 */
public final class IgvmReader {
    /** Most variable headers of a file: bounds the memory that a hostile file can ask for. */
    private static final int MAX_HEADERS = 1 << 20;

    private static final int PAGE_SIZE = 4096;
    private static final int RECORD_PREFIX = 8;

    private final Bytes file;

    private IgvmReader(Bytes file) {
        this.file = file;
    }

    /** True if the bytes start as an IGVM file does, or as a library that may hold one. */
    public static boolean looksLikeIgvm(Bytes file) {
        return file.size() >= Integer.BYTES
                && ((int) file.u32(0) == FixedHeader.MAGIC || file.u16(0) == ResourceDll.MZ);
    }

    /**
     * Reads a file that is in memory or mapped, or the one inside a DLL with a resource of type {@code VMFW}.
     *
     * @throws FormatException if it is not a well-formed IGVM file
     */
    public static IgvmFile read(Bytes file) {
        return new IgvmReader(ResourceDll.unwrap(file)).read();
    }

    /**
     * Maps a file and reads it. The mapping lives as long as the contents are in use.
     *
     * @throws FormatException if it is not a well-formed IGVM file; the message names it
     * @throws IOException if it cannot be read
     */
    public static IgvmFile read(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new FormatException(
                        String.format("file of 0x%x bytes, expected at most 0x%x", channel.size(), Integer.MAX_VALUE));
            }
            return read(Bytes.wrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())));
        } catch (FormatException e) {
            throw e.in(path.toString());
        }
    }

    private IgvmFile read() {
        FixedHeader fixed;
        Revision revision;
        try {
            fixed = readFixedHeader();
            revision = revision(fixed);
            checkSizes(fixed, revision);
            checkChecksum(fixed, revision);
        } catch (FormatException e) {
            throw e.in("the fixed header");
        }
        return readVariableHeaders(fixed, revision);
    }

    private FixedHeader readFixedHeader() {
        if (file.size() < FixedHeader.CODEC.size()) {
            throw new FormatException(String.format(
                    "file has 0x%x bytes, expected at least 0x%x", file.size(), FixedHeader.CODEC.size()));
        }
        FixedHeader fixed = FixedHeader.CODEC.read(file);
        if (fixed.magic() != FixedHeader.MAGIC) {
            throw new FormatException(String.format(
                            "not an IGVM file: magic 0x%08x, expected 0x%08x", fixed.magic(), FixedHeader.MAGIC))
                    .in("field magic");
        }
        return fixed;
    }

    private Revision revision(FixedHeader fixed) {
        if (fixed.formatVersion() == 1) {
            return Revision.V1;
        }
        if (fixed.formatVersion() != 2) {
            throw new FormatException(
                            "format version " + Integer.toUnsignedString(fixed.formatVersion()) + ", expected 1 or 2")
                    .in("field format_version");
        }
        if (file.size() < FixedHeader.V2_SIZE) {
            throw new FormatException(String.format(
                    "file of format version 2 has 0x%x bytes, expected at least 0x%x",
                    file.size(), FixedHeader.V2_SIZE));
        }
        long architecture = file.u32(FixedHeader.CODEC.size());
        long pageSize = file.u32(FixedHeader.CODEC.size() + Integer.BYTES);
        if (pageSize != PAGE_SIZE) {
            throw new FormatException(String.format("page size 0x%x, expected 0x%x", pageSize, PAGE_SIZE))
                    .in("field page_size");
        }
        return new Revision(2, Architecture.of(architecture).orElseThrow(() -> new FormatException(
                        "architecture " + architecture + ", expected 0 (X64) or 1 (AARCH64)")
                .in("field architecture")));
    }

    private void checkSizes(FixedHeader fixed, Revision revision) {
        if (fixed.totalFileSize() != file.size()) {
            throw new FormatException(String.format(
                            "total file size 0x%x, but the file has 0x%x bytes", fixed.totalFileSize(), file.size()))
                    .in("field total_file_size");
        }
        long offset = fixed.variableHeaderOffset();
        if (offset < fixedSize(revision) || offset % 8 != 0 || offset > file.size()) {
            throw new FormatException(String.format(
                            "variable headers at 0x%x, expected a multiple of 8 from 0x%x to 0x%x",
                            offset, fixedSize(revision), file.size()))
                    .in("field variable_header_offset");
        }
        if (fixed.variableHeaderSize() > file.size() - offset) {
            throw new FormatException(String.format(
                            "variable headers of 0x%x bytes at 0x%x reach past the end of the file at 0x%x",
                            fixed.variableHeaderSize(), offset, file.size()))
                    .in("field variable_header_size");
        }
    }

    private void checkChecksum(FixedHeader fixed, Revision revision) {
        CRC32 crc = new CRC32();
        crc.update(file.slice(0, FixedHeader.CHECKSUM_OFFSET).asBuffer());
        crc.update(new byte[Integer.BYTES]);
        int after = FixedHeader.CHECKSUM_OFFSET + Integer.BYTES;
        crc.update(file.slice(after, fixedSize(revision) - after).asBuffer());
        crc.update(headerArea(fixed).asBuffer());
        if ((int) crc.getValue() != fixed.checksum()) {
            throw new FormatException(
                            String.format("checksum 0x%08x, expected 0x%08x", fixed.checksum(), crc.getValue()))
                    .in("field checksum");
        }
    }

    private IgvmFile readVariableHeaders(FixedHeader fixed, Revision revision) {
        ByteReader reader = new ByteReader(headerArea(fixed));
        long end = fixed.variableHeaderOffset() + fixed.variableHeaderSize();
        HeaderReader headers = new HeaderReader(revision, new FileData(file, end));
        for (int index = 0; reader.remaining() > 0; index++) {
            long recordOffset = fixed.variableHeaderOffset() + reader.position();
            if (index == MAX_HEADERS) {
                throw new FormatException(
                        String.format("more than %d variable headers, at file offset 0x%08x", index, recordOffset));
            }
            if (reader.remaining() < RECORD_PREFIX) {
                throw new FormatException(String.format(
                        "0x%x bytes after the last variable header, expected none or a header, at file offset 0x%08x",
                        reader.remaining(), recordOffset));
            }
            int type = (int) reader.u32();
            try {
                readRecord(reader, type, headers);
            } catch (FormatException e) {
                throw e.in(String.format(
                        "variable header %d (type 0x%x%s) at file offset 0x%08x",
                        index,
                        type,
                        VariableHeaderType.of(type).map(known -> ", " + known).orElse(""),
                        recordOffset));
            }
        }
        return headers.finish();
    }

    private static void readRecord(ByteReader reader, int type, HeaderReader headers) {
        Section section = Section.of(type)
                .orElseThrow(() -> new FormatException(
                        "type belongs to no section, expected 0x1-0x100, 0x101-0x200 or 0x301-0x400"));
        headers.enter(section);
        long length = reader.u32();
        if (length > reader.remaining()) {
            throw new FormatException(String.format(
                            "payload of 0x%x bytes reaches past the variable headers, which have 0x%x more",
                            length, reader.remaining()))
                    .in("field length");
        }
        Bytes payload = reader.bytes((int) length);
        headers.header(section, type, payload);
        int padding = (int) (-length & 7);
        if (padding > reader.remaining()) {
            throw new FormatException(
                    String.format("0x%x bytes of padding, expected 0x%x", reader.remaining(), padding));
        }
        if (!reader.bytes(padding).isZero()) {
            throw new FormatException("padding after the payload is not zero");
        }
    }

    private Bytes headerArea(FixedHeader fixed) {
        return file.slice((int) fixed.variableHeaderOffset(), (int) fixed.variableHeaderSize());
    }

    static int fixedSize(Revision revision) {
        return revision.formatVersion() == 1 ? FixedHeader.CODEC.size() : FixedHeader.V2_SIZE;
    }
}
