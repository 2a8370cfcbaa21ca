package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.abi.hv.HypercallControl;
import dev.igvmtool.debugger.EventText;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.ArrayList;
import java.util.List;

/** A hypercall that was made, with the fields of its input and output. Specification: TLFS, appendix on hypercalls. */
public final class HypercallView {
    private HypercallView() {}

    /** The call as a tree: control word, input, result, output. The places are offsets in the buffers. */
    public static ViewNode of(MachineEvent.HypercallDone call) {
        HypercallControl control = new HypercallControl(call.control());
        HypercallForm form = HypercallForm.of(call.code());
        List<ViewNode> children = new ArrayList<>();
        children.add(ViewNode.text(
                "control",
                String.format(
                        "0x%x: %s%s, %d reps from %d",
                        call.control(),
                        HypercallCode.nameOf(call.code()),
                        control.fast() ? ", fast" : "",
                        control.repCount(),
                        control.repStart()),
                0,
                0));
        children.add(input(call.input(), form));
        children.add(ViewNode.text("result", EventText.of(call), 0, 0));
        if (!call.output().isEmpty()) {
            List<ViewNode> output = form.output(
                    new BufferMemory(call.output()), 0, call.output().size());
            children.add(ViewNode.structure("output", "", 0, call.output().size(), output));
        }
        return ViewNode.structure("hypercall", HypercallCode.nameOf(call.code()), 0, 0, children);
    }

    private static ViewNode input(Bytes input, HypercallForm form) {
        List<ViewNode> nodes = form.input(new BufferMemory(input), 0, input.size());
        return ViewNode.structure("input", nodes.isEmpty() ? Text.bytes(input) : "", 0, input.size(), nodes);
    }
}
