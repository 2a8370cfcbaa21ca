package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.AssertVirtualInterruptInput;
import dev.igvmtool.abi.hv.CheckVtlAccessHeader;
import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.InstallInterceptInput;
import dev.igvmtool.abi.hv.ModifyVtlProtectionMaskHeader;
import dev.igvmtool.abi.hv.PostMessageDirectInput;
import dev.igvmtool.abi.hv.RegisterAssociation;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.abi.hv.SignalEventDirectInput;
import dev.igvmtool.abi.hv.TranslateVirtualAddressInput;
import dev.igvmtool.abi.hv.VpIndexFromApicIdHeader;
import dev.igvmtool.abi.hv.VpRegistersHeader;
import dev.igvmtool.abi.hv.VpStartInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Form of a hypercall's buffers.
 *
 * @param header of the input
 * @param element of the input's list, empty where there is none or its elements are numbers
 * @param elementBytes of a number in the input's list, 0 where there is none
 * @param output one element of the output, empty where its elements are numbers
 * @param outputBytes of a number in the output, 0 where there is none
 */
record HypercallForm(
        Codec<?> header, Optional<Codec<?>> element, int elementBytes, Optional<Codec<?>> output, int outputBytes) {
    private static final int U32 = 4;
    private static final int U64 = 8;

    private record Nothing() {}

    private static final Codec<Nothing> NOTHING = Codec.of(Nothing.class, java.lang.invoke.MethodHandles.lookup());

    /** Of calls that are not known, or have no fixed form. */
    private static final HypercallForm GENERAL = list(NOTHING, U64, U64);

    private static HypercallForm simple(Codec<?> header) {
        return new HypercallForm(header, Optional.empty(), 0, Optional.empty(), U64);
    }

    private static HypercallForm list(Codec<?> header, int elementBytes, int outputBytes) {
        return new HypercallForm(header, Optional.empty(), elementBytes, Optional.empty(), outputBytes);
    }

    /** The form of a call by its code. */
    static HypercallForm of(int code) {
        return HypercallCode.of(code).map(HypercallForm::of).orElse(GENERAL);
    }

    /** False if nothing is known of the call's input. */
    boolean isKnown() {
        return header != NOTHING;
    }

    static HypercallForm of(HypercallCode code) {
        return switch (code) {
            case MODIFY_VTL_PROTECTION_MASK -> list(ModifyVtlProtectionMaskHeader.CODEC, U64, 0);
            case ENABLE_VP_VTL, START_VIRTUAL_PROCESSOR -> simple(VpStartInput.CODEC);
            case INSTALL_INTERCEPT -> simple(InstallInterceptInput.CODEC);
            case GET_VP_REGISTERS ->
                new HypercallForm(VpRegistersHeader.CODEC, Optional.empty(), U32, Optional.of(RegisterValue.CODEC), 0);
            case SET_VP_REGISTERS ->
                new HypercallForm(
                        VpRegistersHeader.CODEC, Optional.of(RegisterAssociation.CODEC), 0, Optional.empty(), 0);
            case TRANSLATE_VIRTUAL_ADDRESS, TRANSLATE_VIRTUAL_ADDRESS_EX -> simple(TranslateVirtualAddressInput.CODEC);
            case ASSERT_VIRTUAL_INTERRUPT -> simple(AssertVirtualInterruptInput.CODEC);
            case GET_VP_INDEX_FROM_APIC_ID -> list(VpIndexFromApicIdHeader.CODEC, U32, U32);
            case SIGNAL_EVENT_DIRECT -> simple(SignalEventDirectInput.CODEC);
            case POST_MESSAGE_DIRECT -> simple(PostMessageDirectInput.CODEC);
            case CHECK_SPARSE_GPA_PAGE_VTL_ACCESS -> list(CheckVtlAccessHeader.CODEC, U64, U64);
            case ACCEPT_GPA_PAGES -> simple(AcceptGpaPagesHeader.CODEC);
            case MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY -> list(HostVisibilityHeader.CODEC, U64, 0);
            default -> GENERAL;
        };
    }

    /** Bytes of the input with a list of so many elements. */
    int inputBytes(int count) {
        return header.size() + count * element.map(Codec::size).orElse(elementBytes);
    }

    /** The fields of an input. */
    List<ViewNode> input(Memory memory, long gpa, int size) {
        List<ViewNode> nodes = new ArrayList<>();
        if (size >= header.size()) {
            nodes.addAll(LayoutType.of("input", "", header).view(memory, gpa).children());
            list(nodes, memory, gpa + header.size(), gpa + size, element, elementBytes);
        }
        return nodes;
    }

    /** The elements of an output. */
    List<ViewNode> output(Memory memory, long gpa, int size) {
        List<ViewNode> nodes = new ArrayList<>();
        list(nodes, memory, gpa, gpa + size, output, outputBytes);
        return nodes;
    }

    private static void list(
            List<ViewNode> nodes, Memory memory, long from, long end, Optional<Codec<?>> element, int numberBytes) {
        int size = element.map(Codec::size).orElse(numberBytes);
        int i = 0;
        for (long at = from; size > 0 && at + size <= end; at += size, i++) {
            String name = "[" + i + "]";
            if (element.isPresent()) {
                nodes.add(LayoutType.of(name, "", element.get()).view(memory, at));
            } else {
                nodes.add(ViewNode.number(name, size == U32 ? memory.readU32(at) : memory.readU64(at), at, size));
            }
        }
    }
}
