package dev.igvmtool.format;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.context.NativeVpContext;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.InitializationHeader;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
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
import dev.igvmtool.format.header.UnknownHeader;
import dev.igvmtool.format.header.UnknownInitializationHeader;
import dev.igvmtool.format.header.UnknownPlatformHeader;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.format.wire.CorimHeader;
import dev.igvmtool.format.wire.PageDataHeader;
import dev.igvmtool.format.wire.ParameterAreaHeader;
import dev.igvmtool.format.wire.ParameterHeader;
import dev.igvmtool.format.wire.Section;
import dev.igvmtool.format.wire.SupportedPlatformHeader;
import dev.igvmtool.format.wire.VariableHeaderType;
import dev.igvmtool.format.wire.VpContextHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns payloads of variable headers into values, one header after the other, and collects them. */
final class HeaderReader {
    private static final int PAGE_SIZE = PageData.PAGE_SIZE;

    private final Revision revision;
    private final FileData data;
    private final List<PlatformHeader> platforms = new ArrayList<>();
    private final List<InitializationHeader> initializations = new ArrayList<>();
    private final List<Directive> directives = new ArrayList<>();
    private Section section = Section.PLATFORM;

    HeaderReader(Revision revision, FileData data) {
        this.revision = revision;
        this.data = data;
    }

    /** Goes on with a header of {@code next}; sections never go back. */
    void enter(Section next) {
        if (next.compareTo(section) < 0) {
            throw new FormatException("header of section " + next + " after one of section " + section);
        }
        section = next;
    }

    /** Adds the header with that payload to its section. */
    void header(Section of, int type, Bytes payload) {
        Optional<VariableHeaderType> known = VariableHeaderType.of(type);
        if (known.isEmpty() && (type & UnknownHeader.OPTIONAL) == 0) {
            throw new FormatException("type is unknown and not optional");
        }
        if (known.isPresent() && payload.size() != known.get().payloadSize()) {
            throw new FormatException(String.format(
                            "payload of 0x%x bytes, expected 0x%x",
                            payload.size(), known.get().payloadSize()))
                    .in("field length");
        }
        switch (of) {
            case PLATFORM ->
                platforms.add(known.isPresent() ? platform(payload) : new UnknownPlatformHeader(type, payload));
            case INITIALIZATION ->
                initializations.add(
                        known.isPresent()
                                ? initialization(known.get(), payload)
                                : new UnknownInitializationHeader(type, payload));
            case DIRECTIVE ->
                directives.add(
                        known.isPresent() ? directive(known.get(), payload) : new UnknownDirective(type, payload));
        }
    }

    /** The file, once all headers are read. */
    IgvmFile finish() {
        if (platforms.stream().noneMatch(SupportedPlatform.class::isInstance)) {
            throw new FormatException("no SUPPORTED_PLATFORM header (type 0x1), expected at least one");
        }
        return new IgvmFile(revision, platforms, initializations, directives);
    }

    private static SupportedPlatform platform(Bytes payload) {
        SupportedPlatformHeader wire = SupportedPlatformHeader.CODEC.read(payload);
        PlatformType type = PlatformType.of(wire.platformType())
                .orElseThrow(() -> new FormatException("platform type " + wire.platformType() + ", expected 0 to 6")
                        .in("field platform_type"));
        if (Integer.bitCount(wire.compatibilityMask()) != 1) {
            throw new FormatException(
                            String.format("compatibility mask 0x%x, expected one bit", wire.compatibilityMask()))
                    .in("field compatibility_mask");
        }
        return new SupportedPlatform(
                wire.compatibilityMask(), wire.highestVtl(), type, wire.platformVersion(), wire.sharedGpaBoundary());
    }

    private InitializationHeader initialization(VariableHeaderType type, Bytes payload) {
        return switch (type) {
            case GUEST_POLICY -> {
                GuestPolicy header = GuestPolicy.CODEC.read(payload);
                Checks.zero(header.reserved(), "reserved");
                yield header;
            }
            case RELOCATABLE_REGION -> Checks.relocatableRegion(RelocatableRegion.CODEC.read(payload));
            case PAGE_TABLE_RELOCATION_REGION -> Checks.pageTableRegion(PageTableRelocationRegion.CODEC.read(payload));
            case CORIM_DOCUMENT -> {
                CorimHeader header = CorimHeader.CODEC.read(payload);
                yield new CorimDocument(header.compatibilityMask(), corimContent(header));
            }
            case CORIM_SIGNATURE -> {
                CorimHeader header = CorimHeader.CODEC.read(payload);
                yield new CorimSignature(header.compatibilityMask(), corimContent(header));
            }
            case CCA_POLICY -> Checks.ccaPolicy(CcaPolicy.CODEC.read(payload));
            default -> throw new AssertionError(type + " is no initialization header");
        };
    }

    private Bytes corimContent(CorimHeader header) {
        Checks.zero(header.reserved(), "reserved");
        return header.fileOffset() == 0 ? Bytes.EMPTY : data.slice(header.fileOffset(), header.sizeBytes());
    }

    private Directive directive(VariableHeaderType type, Bytes payload) {
        if (type.parameter().isPresent()) {
            ParameterHeader header = ParameterHeader.CODEC.read(payload);
            return new Parameter(type.parameter().get(), header.parameterAreaIndex(), header.byteOffset());
        }
        return switch (type) {
            case PARAMETER_AREA -> parameterArea(ParameterAreaHeader.CODEC.read(payload));
            case PAGE_DATA -> pageData(PageDataHeader.read(new ByteReader(payload)));
            case PARAMETER_INSERT -> {
                ParameterInsert header = ParameterInsert.CODEC.read(payload);
                Checks.aligned(header.gpa(), "gpa");
                yield header;
            }
            case VP_CONTEXT -> vpContext(VpContextHeader.CODEC.read(payload));
            case REQUIRED_MEMORY -> {
                RequiredMemory header = RequiredMemory.CODEC.read(payload);
                Checks.zero(header.reserved(), "reserved");
                Checks.aligned(header.gpa(), "gpa");
                Checks.aligned(header.numberOfBytes(), "number_of_bytes");
                yield header;
            }
            case SNP_ID_BLOCK -> SnpIdBlock.CODEC.read(payload);
            case ERROR_RANGE -> {
                ErrorRange header = ErrorRange.CODEC.read(payload);
                Checks.aligned(header.gpa(), "gpa");
                yield header;
            }
            case VBS_MEASUREMENT -> VbsMeasurement.CODEC.read(payload);
            default -> throw new AssertionError(type + " is no directive");
        };
    }

    private ParameterArea parameterArea(ParameterAreaHeader header) {
        Bytes content =
                header.fileOffset() == 0 ? Bytes.EMPTY : data.slice(header.fileOffset(), header.numberOfBytes());
        Checks.aligned(header.numberOfBytes(), "number_of_bytes");
        return new ParameterArea(header.numberOfBytes(), header.parameterAreaIndex(), content);
    }

    private PageData pageData(PageDataHeader header) {
        Bytes content = header.fileOffset() == 0 ? Bytes.EMPTY : data.slice(header.fileOffset(), PAGE_SIZE);
        Checks.zero(header.reserved(), "reserved");
        Checks.aligned(header.gpa(), "gpa");
        PageDataType type = PageDataType.of(header.dataType())
                .orElseThrow(() -> new FormatException("data type " + header.dataType() + ", expected 0 to 3")
                        .in("field data_type"));
        PageDataFlags flags = header.flags() == 0 ? PageDataFlags.NONE : new PageDataFlags(header.flags());
        return new PageData(header.gpa(), header.compatibilityMask(), flags, type, content);
    }

    private VpContext vpContext(VpContextHeader header) {
        PlatformType platform = platformOf(header.compatibilityMask());
        Checks.zero(header.reserved(), "reserved");
        Bytes content =
                switch (platform) {
                    case VSM_ISOLATION -> vbsContext(header.fileOffset());
                    case SEV_SNP, SEV_ES -> {
                        Checks.aligned(header.gpa(), "gpa");
                        yield data.slice(header.fileOffset(), PAGE_SIZE);
                    }
                    case NATIVE, SEV -> zeroTail(header.fileOffset(), NativeVpContext.CODEC.size());
                    case CCA -> zeroTail(header.fileOffset(), 80);
                    case TDX ->
                        throw new FormatException("VP context for platform TDX, which has none")
                                .in("field compatibility_mask");
                };
        return new VpContext(header.gpa(), header.compatibilityMask(), header.vpIndex(), content);
    }

    private Bytes vbsContext(long fileOffset) {
        // At most 2^32 * 32 + 4, which a long holds; the slice refuses what the file does not have.
        long size = VbsVpContext.HEADER_SIZE + data.u32(fileOffset) * VbsVpContext.RECORD_SIZE;
        Bytes content = data.slice(fileOffset, size);
        VbsVpContext.read(content);
        return content;
    }

    private Bytes zeroTail(long fileOffset, int used) {
        Bytes content = data.slice(fileOffset, PAGE_SIZE);
        if (!content.from(used).isZero()) {
            throw new FormatException(String.format("bytes 0x%x-0xfff of the context are not zero", used));
        }
        return content;
    }

    private PlatformType platformOf(int mask) {
        // With two platforms of one mask, which a validator objects to, the last one counts, as in the igvm crate.
        return platforms.stream()
                .filter(SupportedPlatform.class::isInstance)
                .map(SupportedPlatform.class::cast)
                .filter(platform -> platform.compatibilityMask() == mask)
                .reduce((first, second) -> second)
                .map(SupportedPlatform::platformType)
                .orElseThrow(() -> new FormatException(String.format(
                                "compatibility mask 0x%x, expected the bit of one declared platform", mask))
                        .in("field compatibility_mask"));
    }
}
