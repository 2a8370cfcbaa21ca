package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.hv.MessageType;
import dev.igvmtool.abi.hv.VpAssistPage;
import dev.igvmtool.abi.mshv.RunPage;
import dev.igvmtool.abi.sidecar.CommandPage;
import dev.igvmtool.abi.sidecar.ControlPage;
import dev.igvmtool.abi.sidecar.CpuStatus;
import dev.igvmtool.abi.sidecar.SidecarCommand;
import dev.igvmtool.abi.sidecar.SidecarLimits;
import dev.igvmtool.abi.sidecar.SidecarOutput;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.abi.snp.SevVmsa;
import dev.igvmtool.abi.x64.TdxTrampolineContext;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.synic.SynIc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pages that hypervisor, sidecar and guest share. Specification: TLFS; {@code sidecar_defs}. */
final class HypervisorTypes {
    private static final int FLAG_BYTES = SynIc.FLAGS / Byte.SIZE;
    private static final int SHOWN_STATUS = 64;

    static final StructureType VP_ASSIST = new LayoutType(
            "vp-assist-page", "HV_VP_ASSIST_PAGE", VpAssistPage::layout, new MessageMeaning("intercept_message."));
    static final StructureType MESSAGE =
            LayoutType.of("hv-message", "HV_MESSAGE", HvMessage.CODEC, new MessageMeaning(""));
    static final StructureType MESSAGE_PAGE = new ListType(
            "message-page",
            "SynIC message page, a slot for each source",
            PhysicalMemory.PAGE_SIZE,
            (memory, gpa) -> messages(memory, gpa));
    static final StructureType EVENT_FLAGS_PAGE = new ListType(
            "event-flags-page",
            "SynIC event flags page, 2048 flags for each source",
            PhysicalMemory.PAGE_SIZE,
            (memory, gpa) -> flags(memory, gpa));
    static final StructureType VP_CONTEXT =
            LayoutType.of("initial-vp-context", "HV_INITIAL_VP_CONTEXT", InitialVpContext.CODEC);
    static final StructureType RUN_PAGE =
            new LayoutType("run-page", "hcl_run", RunPage::layout, new MessageMeaning("exit_message."));
    static final StructureType VMSA =
            new LayoutType("vmsa", "VMSA, state save area", () -> SevVmsa.LAYOUT, LayoutType.Meaning.NONE);
    static final StructureType TRAMPOLINE =
            LayoutType.of("tdx-trampoline", "TdxTrampolineContext with the mailbox", TdxTrampolineContext.CODEC);
    static final StructureType SIDECAR_PARAMS =
            LayoutType.of("sidecar-params", "SidecarParams", SidecarParams.CODEC, new LayoutType.Meaning() {
                private static final int NODE_COUNT = 0xc;

                @Override
                public boolean uses(Memory memory, long gpa, String field) {
                    return usesNode(field, memory.readU32(gpa + NODE_COUNT));
                }
            });
    static final StructureType SIDECAR_OUTPUT =
            LayoutType.of("sidecar-output", "SidecarOutput", SidecarOutput.CODEC, new LayoutType.Meaning() {
                @Override
                public boolean uses(Memory memory, long gpa, String field) {
                    return usesNode(field, nodes(memory, gpa));
                }

                @Override
                public Optional<String> text(Memory memory, long gpa, String field, Bytes content) {
                    return Optional.of(Text.quoted(Text.untilNul(content)));
                }
            });
    static final StructureType CONTROL_PAGE = new LayoutType(
            "control-page", "sidecar ControlPage of a node", ControlPage::layout, new LayoutType.Meaning() {
                @Override
                public Optional<String> text(Memory memory, long gpa, String field, Bytes content) {
                    return Optional.of(status(memory, gpa));
                }
            });
    static final StructureType COMMAND_PAGE = new LayoutType(
            "command-page",
            "sidecar CommandPage of a VP",
            CommandPage::layout,
            new MessageMeaning("intercept_message.") {
                @Override
                public String of(Memory memory, long gpa, String field, long value) {
                    return field.equals("command")
                            ? SidecarCommand.of(value).map(Enum::name).orElse("unknown")
                            : super.of(memory, gpa, field, value);
                }

                @Override
                public Optional<String> text(Memory memory, long gpa, String field, Bytes content) {
                    return field.equals("error.text")
                            ? Optional.of(Text.quoted(Text.untilNul(content)))
                            : super.text(memory, gpa, field, content);
                }
            });

    private HypervisorTypes() {}

    private static class MessageMeaning implements LayoutType.Meaning {
        private final String prefix;

        MessageMeaning(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public String of(Memory memory, long gpa, String field, long value) {
            return field.equals(prefix + "type") ? MessageType.nameOf((int) value) : "";
        }
    }

    private static boolean usesNode(String field, long count) {
        if (!field.startsWith("nodes[")) {
            return true;
        }
        return Integer.parseInt(field.substring(field.indexOf('[') + 1, field.indexOf(']'))) < count;
    }

    /** Nodes with content; the output does not count them. */
    private static long nodes(Memory memory, long gpa) {
        long count = 0;
        while (count < SidecarLimits.MAX_NODES && memory.readU64(gpa + SidecarOutput.NODES + count * 24) != 0) {
            count++;
        }
        return count;
    }

    private static String status(Memory memory, long gpa) {
        ControlPage page = new ControlPage(memory, gpa);
        StringBuilder text = new StringBuilder();
        long count = Math.min(page.cpuCount(), SHOWN_STATUS);
        for (long i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ")
                    .append(page.status(i).map(CpuStatus::name).orElse("?"));
        }
        return text.append(page.cpuCount() > count ? " ..." : "").toString();
    }

    private static ViewNode messages(Memory memory, long gpa) {
        List<ViewNode> slots = new ArrayList<>();
        for (int i = 0; i < SynIc.SINTS; i++) {
            ViewNode message = MESSAGE.view(memory, gpa + (long) i * HvMessage.SIZE);
            if (memory.readU32(message.gpa()) != MessageType.NONE) {
                slots.add(ViewNode.structure("sint[" + i + "]", "", message.gpa(), HvMessage.SIZE, message.children()));
            }
        }
        return ViewNode.structure("message-page", slots.size() + " messages", gpa, PhysicalMemory.PAGE_SIZE, slots);
    }

    private static ViewNode flags(Memory memory, long gpa) {
        List<ViewNode> sources = new ArrayList<>();
        for (int i = 0; i < SynIc.SINTS; i++) {
            long at = gpa + (long) i * FLAG_BYTES;
            StringBuilder set = new StringBuilder();
            for (int flag = 0; flag < SynIc.FLAGS; flag++) {
                if ((memory.readU8(at + flag / Byte.SIZE) & 1 << flag % Byte.SIZE) != 0) {
                    set.append(set.isEmpty() ? "flags " : ", ").append(flag);
                }
            }
            if (!set.isEmpty()) {
                sources.add(ViewNode.text("sint[" + i + "]", set.toString(), at, FLAG_BYTES));
            }
        }
        return ViewNode.structure(
                "event-flags-page", sources.size() + " sources with flags", gpa, PhysicalMemory.PAGE_SIZE, sources);
    }
}
