package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.hv.AcceptGpaPagesHeader;
import dev.igvmtool.abi.hv.AssertVirtualInterruptInput;
import dev.igvmtool.abi.hv.CheckVtlAccessHeader;
import dev.igvmtool.abi.hv.HostVisibilityHeader;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
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
import dev.igvmtool.debugger.EventText;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A hypercall that was made, with the fields of its input and output. Specification: TLFS, appendix on hypercalls. */
public final class HypercallView {
    private static final int U32 = 4;
    private static final int U64 = 8;

    /**
     * Form of a call's buffers.
     *
     * @param header of the input
     * @param element of the input's list, empty where there is none or its elements are numbers
     * @param elementBytes of a number in the input's list, 0 where there is none
     * @param output one element of the output, empty where its elements are numbers
     * @param outputBytes of a number in the output, 0 where there is none
     */
    private record Form(
            Codec<?> header, Optional<Codec<?>> element, int elementBytes, Optional<Codec<?>> output, int outputBytes) {
        static Form simple(Codec<?> header) {
            return new Form(header, Optional.empty(), 0, Optional.empty(), U64);
        }

        static Form list(Codec<?> header, int elementBytes, int outputBytes) {
            return new Form(header, Optional.empty(), elementBytes, Optional.empty(), outputBytes);
        }
    }

    private HypercallView() {}

    private static Form form(HypercallCode code) {
        return switch (code) {
            case MODIFY_VTL_PROTECTION_MASK -> Form.list(ModifyVtlProtectionMaskHeader.CODEC, U64, 0);
            case ENABLE_VP_VTL, START_VIRTUAL_PROCESSOR -> Form.simple(VpStartInput.CODEC);
            case INSTALL_INTERCEPT -> Form.simple(InstallInterceptInput.CODEC);
            case GET_VP_REGISTERS ->
                new Form(VpRegistersHeader.CODEC, Optional.empty(), U32, Optional.of(RegisterValue.CODEC), 0);
            case SET_VP_REGISTERS ->
                new Form(VpRegistersHeader.CODEC, Optional.of(RegisterAssociation.CODEC), 0, Optional.empty(), 0);
            case TRANSLATE_VIRTUAL_ADDRESS, TRANSLATE_VIRTUAL_ADDRESS_EX ->
                Form.simple(TranslateVirtualAddressInput.CODEC);
            case ASSERT_VIRTUAL_INTERRUPT -> Form.simple(AssertVirtualInterruptInput.CODEC);
            case GET_VP_INDEX_FROM_APIC_ID -> Form.list(VpIndexFromApicIdHeader.CODEC, U32, U32);
            case SIGNAL_EVENT_DIRECT -> Form.simple(SignalEventDirectInput.CODEC);
            case POST_MESSAGE_DIRECT -> Form.simple(PostMessageDirectInput.CODEC);
            case CHECK_SPARSE_GPA_PAGE_VTL_ACCESS -> Form.list(CheckVtlAccessHeader.CODEC, U64, U64);
            case ACCEPT_GPA_PAGES -> Form.simple(AcceptGpaPagesHeader.CODEC);
            case MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY -> Form.list(HostVisibilityHeader.CODEC, U64, 0);
            default -> Form.list(NOTHING, U64, U64);
        };
    }

    private record Nothing() {}

    private static final Codec<Nothing> NOTHING = Codec.of(Nothing.class, java.lang.invoke.MethodHandles.lookup());

    /** The call as a tree: control word, input, result, output. The places are offsets in the buffers. */
    public static ViewNode of(MachineEvent.HypercallDone call) {
        HypercallControl control = new HypercallControl(call.control());
        Form form =
                HypercallCode.of(call.code()).map(HypercallView::form).orElseGet(() -> Form.list(NOTHING, U64, U64));
        List<ViewNode> children = new ArrayList<>();
        children.add(ViewNode.text(
                "control",
                String.format(
                        "0x%x: %s%s, %d reps from %d",
                        call.control(),
                        EventText.hypercall(call.code()),
                        control.fast() ? ", fast" : "",
                        control.repCount(),
                        control.repStart()),
                0,
                0));
        children.add(input(call.input(), form));
        children.add(ViewNode.text("result", EventText.of(call), 0, 0));
        if (!call.output().isEmpty()) {
            List<ViewNode> output = new ArrayList<>();
            list(output, call.output(), 0, form.output, form.outputBytes);
            children.add(ViewNode.structure("output", "", 0, call.output().size(), output));
        }
        return ViewNode.structure("hypercall", EventText.hypercall(call.code()), 0, 0, children);
    }

    private static ViewNode input(Bytes input, Form form) {
        List<ViewNode> nodes = new ArrayList<>();
        if (input.size() >= form.header.size()) {
            nodes.addAll(LayoutType.of("input", "", form.header)
                    .view(new BufferMemory(input), 0)
                    .children());
            list(nodes, input, form.header.size(), form.element, form.elementBytes);
        }
        return ViewNode.structure("input", nodes.isEmpty() ? Text.bytes(input) : "", 0, input.size(), nodes);
    }

    private static void list(
            List<ViewNode> nodes, Bytes buffer, int from, Optional<Codec<?>> element, int numberBytes) {
        int size = element.map(Codec::size).orElse(numberBytes);
        for (int at = from, i = 0; size > 0 && at + size <= buffer.size(); at += size, i++) {
            String name = "[" + i + "]";
            if (element.isPresent()) {
                ViewNode view = LayoutType.of(name, "", element.get()).view(new BufferMemory(buffer), at);
                nodes.add(view);
            } else {
                nodes.add(ViewNode.number(name, size == U32 ? buffer.u32(at) : buffer.u64(at), at, size));
            }
        }
    }
}
