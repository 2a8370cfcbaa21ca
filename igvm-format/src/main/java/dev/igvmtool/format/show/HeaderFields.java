package dev.igvmtool.format.show;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import dev.igvmtool.format.Architecture;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.GuestPolicy;
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
import dev.igvmtool.format.header.UnknownHeader;
import dev.igvmtool.format.header.UnknownInitializationHeader;
import dev.igvmtool.format.header.UnknownPlatformHeader;
import dev.igvmtool.format.header.VbsMeasurement;
import dev.igvmtool.format.header.VpContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The fields of one header as texts, in file order. */
final class HeaderFields
        implements PlatformHeader.Visitor<Map<String, String>>,
                InitializationHeader.Visitor<Map<String, String>>,
                Directive.Visitor<Map<String, String>> {
    /** Bytes of an unknown header that are shown. */
    private static final int SHOWN_BYTES = 64;

    private final IgvmFile file;

    HeaderFields(IgvmFile file) {
        this.file = file;
    }

    /** An ordered map under construction. */
    private static final class Fields extends LinkedHashMap<String, String> {
        private static final long serialVersionUID = 1L;

        Fields text(String name, String text) {
            put(name, text);
            return this;
        }

        Fields hex(String name, long value) {
            return text(name, "0x" + Long.toHexString(value));
        }

        Fields hex(String name, int value) {
            return text(name, "0x" + Integer.toHexString(value));
        }

        Fields number(String name, long value) {
            return text(name, Long.toUnsignedString(value));
        }

        Fields bytes(String name, Bytes bytes) {
            Bytes shown = bytes.slice(0, Math.min(bytes.size(), SHOWN_BYTES));
            return text(name, shown.toHex() + (shown.size() < bytes.size() ? "..." : ""));
        }
    }

    private static Fields masked(int compatibilityMask) {
        return new Fields().hex("mask", compatibilityMask);
    }

    private static Map<String, String> unknownHeader(UnknownHeader header) {
        return new Fields()
                .hex("type", header.type())
                .number("size", header.content().size())
                .bytes("content", header.content());
    }

    @Override
    public Map<String, String> supportedPlatform(SupportedPlatform header) {
        return masked(header.compatibilityMask())
                .text("platform", header.platformType().name())
                .number("highestVtl", header.highestVtl())
                .number("version", header.platformVersion())
                .hex("sharedGpaBoundary", header.sharedGpaBoundary());
    }

    @Override
    public Map<String, String> unknown(UnknownPlatformHeader header) {
        return unknownHeader(header);
    }

    @Override
    public Map<String, String> guestPolicy(GuestPolicy header) {
        return masked(header.compatibilityMask()).hex("policy", header.policy());
    }

    @Override
    public Map<String, String> relocatableRegion(RelocatableRegion header) {
        return masked(header.compatibilityMask())
                .number("vp", header.vpIndex())
                .number("vtl", header.vtl())
                .hex("flags", header.flags())
                .hex("alignment", header.relocationAlignment())
                .hex("gpa", header.relocationRegionGpa())
                .hex("size", header.relocationRegionSize())
                .hex("minimum", header.minimumRelocationGpa())
                .hex("maximum", header.maximumRelocationGpa());
    }

    @Override
    public Map<String, String> pageTableRelocationRegion(PageTableRelocationRegion header) {
        return masked(header.compatibilityMask())
                .number("vp", header.vpIndex())
                .number("vtl", header.vtl())
                .hex("gpa", header.gpa())
                .hex("size", header.size())
                .hex("usedSize", header.usedSize());
    }

    @Override
    public Map<String, String> corimDocument(CorimDocument header) {
        return masked(header.compatibilityMask())
                .number("size", header.document().size());
    }

    @Override
    public Map<String, String> corimSignature(CorimSignature header) {
        return masked(header.compatibilityMask())
                .number("size", header.signature().size());
    }

    @Override
    public Map<String, String> ccaPolicy(CcaPolicy header) {
        return masked(header.compatibilityMask())
                .hex("requiredZeroes", header.attributesRequiredZeroes())
                .hex("requiredOnes", header.attributesRequiredOnes())
                .number("hashAlgorithm", header.hashAlgorithm())
                .number("lfaPolicy", header.lfaPolicy());
    }

    @Override
    public Map<String, String> unknown(UnknownInitializationHeader header) {
        return unknownHeader(header);
    }

    @Override
    public Map<String, String> parameterArea(ParameterArea header) {
        return new Fields()
                .text("area", Integer.toUnsignedString(header.parameterAreaIndex()))
                .hex("size", header.numberOfBytes())
                .text("content", header.initialData().isEmpty() ? "none" : "data");
    }

    @Override
    public Map<String, String> pageData(PageData header) {
        return masked(header.compatibilityMask())
                .hex("gpa", header.gpa())
                .text("type", header.dataType().name())
                .text("import", flags(header))
                .text("content", header.content().isEmpty() ? "none" : "data");
    }

    /** How a page is imported, with unnamed flags as a number. */
    static String flags(PageData header) {
        StringBuilder text = new StringBuilder(
                header.flags().shared() ? "shared" : header.flags().unmeasured() ? "unmeasured" : "measured");
        if (header.flags().is2mbPage()) {
            text.append("+2mb");
        }
        if ((header.flags().bits() & -8) != 0) {
            text.append("+0x").append(Integer.toHexString(header.flags().bits() & -8));
        }
        return text.toString();
    }

    @Override
    public Map<String, String> parameterInsert(ParameterInsert header) {
        return masked(header.compatibilityMask())
                .hex("gpa", header.gpa())
                .text("area", Integer.toUnsignedString(header.parameterAreaIndex()));
    }

    @Override
    public Map<String, String> vpContext(VpContext header) {
        Fields fields = masked(header.compatibilityMask())
                .number("vp", header.vpIndex())
                .hex("gpa", header.gpa())
                .number("size", header.content().size());
        boolean registerList = file.supportedPlatforms().stream()
                .anyMatch(platform -> platform.compatibilityMask() == header.compatibilityMask()
                        && platform.platformType() == PlatformType.VSM_ISOLATION);
        if (registerList) {
            try {
                registers(VbsVpContext.read(header.content()), fields);
            } catch (FormatException e) {
                fields.text("registers", "malformed");
            }
        }
        return fields;
    }

    private void registers(VbsVpContext context, Fields fields) {
        fields.number("vtl", context.vtl());
        for (VbsRegister register : context.registers()) {
            fields.text(registerName(register.name()), registerValue(register));
        }
    }

    private String registerName(int number) {
        return (file.revision().architecture() == Architecture.X64
                        ? X64Register.of(number).map(Enum::name)
                        : Aarch64Register.of(number).map(Enum::name))
                .orElse(String.format("register-0x%08x", number))
                .toLowerCase(Locale.ROOT);
    }

    private String registerValue(VbsRegister register) {
        if (file.revision().architecture() == Architecture.X64) {
            if (register.name() >= X64Register.ES.number() && register.name() <= X64Register.TR.number()) {
                SegmentValue segment = register.segment();
                return String.format(
                        "%04x:base=0x%x,limit=0x%x,attributes=0x%04x",
                        segment.selector(), segment.base(), segment.limit(), segment.attributes());
            }
            if (register.name() == X64Register.IDTR.number() || register.name() == X64Register.GDTR.number()) {
                TableValue table = register.table();
                return String.format("base=0x%x,limit=0x%x", table.base(), table.limit());
            }
        }
        long high = register.value().u64(Long.BYTES);
        return high == 0 ? "0x" + Long.toHexString(register.u64()) : String.format("0x%x%016x", high, register.u64());
    }

    @Override
    public Map<String, String> requiredMemory(RequiredMemory header) {
        return masked(header.compatibilityMask())
                .hex("gpa", header.gpa())
                .hex("size", header.numberOfBytes())
                .hex("flags", header.flags());
    }

    @Override
    public Map<String, String> parameter(Parameter header) {
        return new Fields()
                .text("area", Integer.toUnsignedString(header.parameterAreaIndex()))
                .hex("offset", header.byteOffset());
    }

    @Override
    public Map<String, String> snpIdBlock(SnpIdBlock header) {
        return masked(header.compatibilityMask())
                .number("authorKeyEnabled", header.authorKeyEnabled())
                .bytes("ld", header.ld())
                .bytes("familyId", header.familyId())
                .bytes("imageId", header.imageId())
                .text("version", Integer.toUnsignedString(header.version()))
                .text("guestSvn", Integer.toUnsignedString(header.guestSvn()))
                .text("idKeyAlgorithm", Integer.toUnsignedString(header.idKeyAlgorithm()))
                .text("authorKeyAlgorithm", Integer.toUnsignedString(header.authorKeyAlgorithm()));
    }

    @Override
    public Map<String, String> errorRange(ErrorRange header) {
        return masked(header.compatibilityMask()).hex("gpa", header.gpa()).hex("size", header.sizeBytes());
    }

    @Override
    public Map<String, String> vbsMeasurement(VbsMeasurement header) {
        return masked(header.compatibilityMask())
                .text("version", Integer.toUnsignedString(header.version()))
                .hex("productId", header.productId())
                .hex("moduleId", header.moduleId())
                .text("securityVersion", Integer.toUnsignedString(header.securityVersion()))
                .hex("policyFlags", header.policyFlags())
                .text("bootDigestAlgo", Integer.toUnsignedString(header.bootDigestAlgo()))
                .text("signingAlgo", Integer.toUnsignedString(header.signingAlgo()))
                .bytes("bootMeasurementDigest", header.bootMeasurementDigest());
    }

    @Override
    public Map<String, String> unknown(UnknownDirective header) {
        return unknownHeader(header);
    }
}
