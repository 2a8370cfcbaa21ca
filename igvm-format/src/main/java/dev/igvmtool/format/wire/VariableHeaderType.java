package dev.igvmtool.format.wire;

import dev.igvmtool.format.header.CcaPolicy;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SnpIdBlock;
import dev.igvmtool.format.header.VbsMeasurement;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code IgvmVariableHeaderType}: number and payload size of each header. */
public enum VariableHeaderType {
    SUPPORTED_PLATFORM(0x001, SupportedPlatformHeader.CODEC.size()),
    GUEST_POLICY(0x101, GuestPolicy.CODEC.size()),
    RELOCATABLE_REGION(0x102, RelocatableRegion.CODEC.size()),
    PAGE_TABLE_RELOCATION_REGION(0x103, PageTableRelocationRegion.CODEC.size()),
    CORIM_DOCUMENT(0x104, CorimHeader.CODEC.size()),
    CORIM_SIGNATURE(0x105, CorimHeader.CODEC.size()),
    CCA_POLICY(0x106, CcaPolicy.CODEC.size()),
    PARAMETER_AREA(0x301, ParameterAreaHeader.CODEC.size()),
    PAGE_DATA(0x302, PageDataHeader.SIZE),
    PARAMETER_INSERT(0x303, ParameterInsert.CODEC.size()),
    VP_CONTEXT(0x304, VpContextHeader.CODEC.size()),
    REQUIRED_MEMORY(0x305, RequiredMemory.CODEC.size()),
    VP_COUNT_PARAMETER(0x307, ParameterHeader.CODEC.size(), ParameterKind.VP_COUNT),
    SRAT(0x308, ParameterHeader.CODEC.size(), ParameterKind.SRAT),
    MADT(0x309, ParameterHeader.CODEC.size(), ParameterKind.MADT),
    MMIO_RANGES(0x30a, ParameterHeader.CODEC.size(), ParameterKind.MMIO_RANGES),
    SNP_ID_BLOCK(0x30b, SnpIdBlock.CODEC.size()),
    MEMORY_MAP(0x30c, ParameterHeader.CODEC.size(), ParameterKind.MEMORY_MAP),
    ERROR_RANGE(0x30d, ErrorRange.CODEC.size()),
    COMMAND_LINE(0x30e, ParameterHeader.CODEC.size(), ParameterKind.COMMAND_LINE),
    SLIT(0x30f, ParameterHeader.CODEC.size(), ParameterKind.SLIT),
    PPTT(0x310, ParameterHeader.CODEC.size(), ParameterKind.PPTT),
    VBS_MEASUREMENT(0x311, VbsMeasurement.CODEC.size()),
    DEVICE_TREE(0x312, ParameterHeader.CODEC.size(), ParameterKind.DEVICE_TREE),
    ENVIRONMENT_INFO_PARAMETER(0x313, ParameterHeader.CODEC.size(), ParameterKind.ENVIRONMENT_INFO);

    private static final Map<Integer, VariableHeaderType> BY_NUMBER =
            Arrays.stream(values()).collect(Collectors.toMap(VariableHeaderType::number, Function.identity()));

    private final int number;
    private final int payloadSize;
    private final Optional<ParameterKind> parameter;

    VariableHeaderType(int number, int payloadSize) {
        this(number, payloadSize, Optional.empty());
    }

    VariableHeaderType(int number, int payloadSize, ParameterKind parameter) {
        this(number, payloadSize, Optional.of(parameter));
    }

    VariableHeaderType(int number, int payloadSize, Optional<ParameterKind> parameter) {
        this.number = number;
        this.payloadSize = payloadSize;
        this.parameter = parameter;
    }

    /** The number in the file. */
    public int number() {
        return number;
    }

    /** Bytes of the payload, without padding. */
    public int payloadSize() {
        return payloadSize;
    }

    /** The kind of parameter that the header stands for, if it is one. */
    public Optional<ParameterKind> parameter() {
        return parameter;
    }

    /** The type of that number, if it is known. */
    public static Optional<VariableHeaderType> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /** The type of the header for that kind of parameter. */
    public static VariableHeaderType of(ParameterKind kind) {
        return switch (kind) {
            case VP_COUNT -> VP_COUNT_PARAMETER;
            case SRAT -> SRAT;
            case MADT -> MADT;
            case MMIO_RANGES -> MMIO_RANGES;
            case MEMORY_MAP -> MEMORY_MAP;
            case COMMAND_LINE -> COMMAND_LINE;
            case SLIT -> SLIT;
            case PPTT -> PPTT;
            case DEVICE_TREE -> DEVICE_TREE;
            case ENVIRONMENT_INFO -> ENVIRONMENT_INFO_PARAMETER;
        };
    }
}
