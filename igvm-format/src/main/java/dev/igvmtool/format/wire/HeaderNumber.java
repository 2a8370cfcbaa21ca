package dev.igvmtool.format.wire;

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

/** The type number that each header has in the file. */
public final class HeaderNumber
        implements PlatformHeader.Visitor<Integer>, InitializationHeader.Visitor<Integer>, Directive.Visitor<Integer> {
    private static final HeaderNumber VISITOR = new HeaderNumber();
    private static final int PREFIX = 8;

    private HeaderNumber() {}

    /** The type number of {@code header}. */
    public static int of(Header header) {
        if (header instanceof PlatformHeader platform) {
            return platform.accept(VISITOR);
        }
        if (header instanceof InitializationHeader initialization) {
            return initialization.accept(VISITOR);
        }
        return ((Directive) header).accept(VISITOR);
    }

    /** Bytes of the payload of {@code header}, without padding. */
    public static int payloadSize(Header header) {
        return header instanceof UnknownHeader unknown
                ? unknown.content().size()
                : VariableHeaderType.of(of(header)).orElseThrow().payloadSize();
    }

    /** Bytes of {@code header} in the file: type, length, payload, padding to 8. */
    public static long recordSize(Header header) {
        return PREFIX + (payloadSize(header) + 7L & -8L);
    }

    @Override
    public Integer supportedPlatform(SupportedPlatform header) {
        return VariableHeaderType.SUPPORTED_PLATFORM.number();
    }

    @Override
    public Integer guestPolicy(GuestPolicy header) {
        return VariableHeaderType.GUEST_POLICY.number();
    }

    @Override
    public Integer relocatableRegion(RelocatableRegion header) {
        return VariableHeaderType.RELOCATABLE_REGION.number();
    }

    @Override
    public Integer pageTableRelocationRegion(PageTableRelocationRegion header) {
        return VariableHeaderType.PAGE_TABLE_RELOCATION_REGION.number();
    }

    @Override
    public Integer corimDocument(CorimDocument header) {
        return VariableHeaderType.CORIM_DOCUMENT.number();
    }

    @Override
    public Integer corimSignature(CorimSignature header) {
        return VariableHeaderType.CORIM_SIGNATURE.number();
    }

    @Override
    public Integer ccaPolicy(CcaPolicy header) {
        return VariableHeaderType.CCA_POLICY.number();
    }

    @Override
    public Integer parameterArea(ParameterArea header) {
        return VariableHeaderType.PARAMETER_AREA.number();
    }

    @Override
    public Integer pageData(PageData header) {
        return VariableHeaderType.PAGE_DATA.number();
    }

    @Override
    public Integer parameterInsert(ParameterInsert header) {
        return VariableHeaderType.PARAMETER_INSERT.number();
    }

    @Override
    public Integer vpContext(VpContext header) {
        return VariableHeaderType.VP_CONTEXT.number();
    }

    @Override
    public Integer requiredMemory(RequiredMemory header) {
        return VariableHeaderType.REQUIRED_MEMORY.number();
    }

    @Override
    public Integer snpIdBlock(SnpIdBlock header) {
        return VariableHeaderType.SNP_ID_BLOCK.number();
    }

    @Override
    public Integer errorRange(ErrorRange header) {
        return VariableHeaderType.ERROR_RANGE.number();
    }

    @Override
    public Integer vbsMeasurement(VbsMeasurement header) {
        return VariableHeaderType.VBS_MEASUREMENT.number();
    }

    @Override
    public Integer parameter(Parameter header) {
        return VariableHeaderType.of(header.kind()).number();
    }

    @Override
    public Integer unknown(UnknownPlatformHeader header) {
        return header.type();
    }

    @Override
    public Integer unknown(UnknownInitializationHeader header) {
        return header.type();
    }

    @Override
    public Integer unknown(UnknownDirective header) {
        return header.type();
    }
}
