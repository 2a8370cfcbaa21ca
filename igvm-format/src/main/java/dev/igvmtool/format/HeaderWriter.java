package dev.igvmtool.format;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.Header;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformHeader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.UnknownInitializationHeader;
import dev.igvmtool.format.header.UnknownPlatformHeader;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.format.wire.CorimHeader;
import dev.igvmtool.format.wire.HeaderNumber;
import dev.igvmtool.format.wire.PageDataHeader;
import dev.igvmtool.format.wire.ParameterAreaHeader;
import dev.igvmtool.format.wire.ParameterHeader;
import dev.igvmtool.format.wire.SupportedPlatformHeader;
import dev.igvmtool.format.wire.VpContextHeader;
import java.util.HashSet;
import java.util.Set;

/** Turns headers into records of the variable header area, and gives their contents a place in the file data. */
final class HeaderWriter
        implements PlatformHeader.Visitor<ByteWriter>,
                InitializationHeader.Visitor<ByteWriter>,
                Directive.Visitor<ByteWriter> {
    private static final int PAGE_SIZE = PageData.PAGE_SIZE;

    private final ByteWriter out;
    private final FileDataLayout data;
    private final Set<Integer> registerLists = new HashSet<>();

    HeaderWriter(ByteWriter out, FileDataLayout data) {
        this.out = out;
        this.data = data;
    }

    /** Writes type, length and payload; the padding is the caller's. */
    ByteWriter write(Header header) {
        out.u32(Integer.toUnsignedLong(HeaderNumber.of(header))).u32(HeaderNumber.payloadSize(header));
        if (header instanceof PlatformHeader platform) {
            return platform.accept(this);
        }
        if (header instanceof InitializationHeader initialization) {
            return initialization.accept(this);
        }
        return ((Directive) header).accept(this);
    }

    private long place(Bytes content, long size) {
        long offset = data.place(content, size);
        if (data.end() > IgvmWriter.MAX_SIZE) {
            throw new FormatException(String.format(
                    "the file would have more than 0x%x bytes, expected at most that", IgvmWriter.MAX_SIZE));
        }
        return offset;
    }

    @Override
    public ByteWriter supportedPlatform(SupportedPlatform header) {
        if (header.platformType() == PlatformType.VSM_ISOLATION) {
            registerLists.add(header.compatibilityMask());
        }
        SupportedPlatformHeader.CODEC.write(
                out,
                new SupportedPlatformHeader(
                        header.compatibilityMask(),
                        header.highestVtl(),
                        header.platformType().value(),
                        header.platformVersion(),
                        header.sharedGpaBoundary()));
        return out;
    }

    @Override
    public ByteWriter unknown(UnknownPlatformHeader header) {
        return out.bytes(header.content());
    }

    @Override
    public ByteWriter guestPolicy(GuestPolicy header) {
        GuestPolicy.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter relocatableRegion(RelocatableRegion header) {
        RelocatableRegion.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter pageTableRelocationRegion(PageTableRelocationRegion header) {
        PageTableRelocationRegion.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter corimDocument(CorimDocument header) {
        return corim(header.compatibilityMask(), header.document());
    }

    @Override
    public ByteWriter corimSignature(CorimSignature header) {
        return corim(header.compatibilityMask(), header.signature());
    }

    /** Empty content, too, gets an offset: the end of the data so far. */
    private ByteWriter corim(int compatibilityMask, Bytes content) {
        long offset = place(content, content.size());
        CorimHeader.CODEC.write(out, new CorimHeader(compatibilityMask, offset, content.size(), 0));
        return out;
    }

    @Override
    public ByteWriter ccaPolicy(CcaPolicy header) {
        CcaPolicy.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter unknown(UnknownInitializationHeader header) {
        return out.bytes(header.content());
    }

    @Override
    public ByteWriter parameterArea(ParameterArea header) {
        Bytes content = header.initialData();
        long offset = content.isEmpty() ? 0 : place(content, header.numberOfBytes());
        ParameterAreaHeader.CODEC.write(
                out, new ParameterAreaHeader(header.numberOfBytes(), header.parameterAreaIndex(), offset));
        return out;
    }

    @Override
    public ByteWriter pageData(PageData header) {
        long offset = header.content().isEmpty() ? 0 : place(header.content(), PAGE_SIZE);
        PageDataHeader wire = new PageDataHeader(
                header.gpa(),
                header.compatibilityMask(),
                offset,
                header.flags().bits(),
                header.dataType().value(),
                0);
        wire.write(out);
        return out;
    }

    @Override
    public ByteWriter parameterInsert(ParameterInsert header) {
        ParameterInsert.CODEC.write(out, header);
        return out;
    }

    /** A register list is written as it is, every other kind of state fills a page. */
    @Override
    public ByteWriter vpContext(VpContext header) {
        long size = registerLists.contains(header.compatibilityMask())
                ? header.content().size()
                : PAGE_SIZE;
        long offset = place(header.content(), size);
        VpContextHeader.CODEC.write(
                out, new VpContextHeader(header.gpa(), header.compatibilityMask(), offset, header.vpIndex(), 0));
        return out;
    }

    @Override
    public ByteWriter requiredMemory(RequiredMemory header) {
        RequiredMemory.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter parameter(Parameter header) {
        ParameterHeader.CODEC.write(out, new ParameterHeader(header.parameterAreaIndex(), header.byteOffset()));
        return out;
    }

    @Override
    public ByteWriter snpIdBlock(SnpIdBlock header) {
        SnpIdBlock.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter errorRange(ErrorRange header) {
        ErrorRange.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter vbsMeasurement(VbsMeasurement header) {
        VbsMeasurement.CODEC.write(out, header);
        return out;
    }

    @Override
    public ByteWriter unknown(UnknownDirective header) {
        return out.bytes(header.content());
    }
}
